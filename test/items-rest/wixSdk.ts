import { ApiKeyStrategy, createClient } from '@wix/sdk';
import { inventoryItemsV3, storesLocationsV3 } from '@wix/stores';
import type { GraphqlHub } from '../support/graphqlHub';
import { checkedFetch } from '../support/openapi';

/** Calls of the methods that the package has at run time and does not tell of. */
export interface Internals {
  getDefaultStoresLocation: () => Promise<{ storesLocation: object }>;
  countInventoryItems: (asked?: object) => Promise<{ count: number }>;
  bulkUpsertInventoryItems: (
    entries: { inventoryItem: object; fieldMask?: string[] }[],
    options?: { returnEntity: boolean },
  ) => Promise<{ results: { itemMetadata: { error?: { code?: string } }; item?: object }[] }>;
  bulkDeleteInventoryItemsByFilter: StartJob;
  bulkAdjustInventoryItemsByFilter: StartJob;
  bulkSetOrAdjustInventoryItemsByFilter: StartJob;
  bulkCreateInventoryItemsByVariantFilter: StartJob;
}
type StartJob = (filter: object, options?: object) => Promise<{ jobId: string }>;

/** A module of the SDK with its internal methods. */
export const internals = (module: unknown) => module as Internals;

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
