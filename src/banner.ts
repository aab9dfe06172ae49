import { DEVELOPMENT_TENANT_ID } from './core/identity';
import { DEMO_PRODUCT_ID } from './inventory/demoItems';

/** What the start-up banner tells. */
export interface BannerFacts {
  /** Where the hub listens. */
  url: string;
  /** Which Redis it uses. */
  store: string;
  appId: string;
  /** Whether development keys and the demo items are there to try. */
  demo: boolean;
  /** Whether GraphQL and the items REST are served. */
  graphql: boolean;
  /** A token for them, in development. */
  token: string | undefined;
}

/** What a person sees when the hub is up: where it is, and how to see stock move. */
export function banner({ url, store, appId, demo, graphql, token }: BannerFacts): string {
  const lines = [
    '',
    `  inventory-hub   ${url}`,
    `  Wix plugin      POST ${url}/v1/decrement, /v1/increment`,
    `  Wix webhooks    POST ${url}/webhooks/wix`,
    ...(graphql ? [`  GraphQL         ${url}/graphql`, `  Wix items REST  ${url}/stores/v3`] : []),
    `  Operations      ${url}/healthz  /readyz  /metrics  /openapi.yaml`,
    `  Store           ${store}`,
    `  App             ${appId}`,
    ...(demo
      ? [
          `  Tenant          ${DEVELOPMENT_TENANT_ID} (development)`,
          '',
          '  See stock move. Paste into another terminal:',
          `    npm run hub -- wix decrement --url ${url} --product ${DEMO_PRODUCT_ID}`,
        ]
      : []),
    ...(token === undefined
      ? []
      : ['', '  A token for both (Authorization: Bearer ...), good for 30 days:', `    ${token}`]),
    '',
  ];
  return `${lines.join('\n')}\n`;
}
