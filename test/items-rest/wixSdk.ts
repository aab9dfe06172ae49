import { ApiKeyStrategy, createClient } from '@wix/sdk';
import { inventoryItemsV3, storesLocationsV3 } from '@wix/stores';
import type { GraphqlHub } from '../support/graphqlHub';
import { checkedFetch } from '../support/openapi';

/** The Wix SDK's client of a hub, as an app has it: only `fetch` is pointed elsewhere. */
export function wixSdk(hub: GraphqlHub, { apiKey = hub.allScopes, siteId = hub.tenantId } = {}) {
  return createClient({
    auth: ApiKeyStrategy({ apiKey, siteId }),
    modules: { inventoryItemsV3, storesLocationsV3 },
    fetch: (input: string | URL | Request, init?: RequestInit) => {
      const { pathname, search } = new URL(input instanceof Request ? input.url : input);
      return checkedFetch(`${hub.hubUrl}${pathname}${search}`, init);
    },
  });
}

/** What the SDK throws. */
export interface SdkFailure {
  status: number;
  /** Application error code, or the rule of the first violation. */
  code: string | undefined;
  field: string | undefined;
  requestId: string | undefined;
}

/** What a call that must be refused throws. */
export async function failureOf(call: Promise<unknown>): Promise<SdkFailure> {
  const thrown: unknown = await call.then(
    () => new Error('it was not refused'),
    (error: unknown) => error,
  );
  type Details = {
    applicationError?: { code: string };
    validationError?: {
      fieldViolations: { field: string; ruleName?: string; violatedRule: string }[];
    };
  };
  const error = thrown as Error & { status?: number; details?: Details; requestId?: string };
  if (error.status === undefined) throw error;
  const [violation] = error.details?.validationError?.fieldViolations ?? [];
  return {
    status: error.status,
    code: error.details?.applicationError?.code ?? violation?.ruleName ?? violation?.violatedRule,
    field: violation?.field,
    requestId: error.requestId,
  };
}
