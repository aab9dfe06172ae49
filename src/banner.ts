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
}

/** What a person sees when the hub is up: where it is, and how to see stock move. */
export function banner({ url, store, appId, demo }: BannerFacts): string {
  const lines = [
    '',
    `  inventory-hub   ${url}`,
    `  Wix plugin      POST ${url}/v1/decrement, /v1/increment`,
    `  Operations      ${url}/healthz  /readyz  /metrics`,
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
    '',
  ];
  return `${lines.join('\n')}\n`;
}
