import { ApiKeyStrategy, createClient } from '@wix/sdk';
import { inventoryItemsV3 } from '@wix/stores';
import type { Scope } from '../../src/auth/principal';
import { graphqlHub, type GraphqlHub, type TestItem } from '../support/graphqlHub';
import { checkedFetch } from '../support/openapi';

/** What the wire answered. */
export interface WireAnswer<T> {
  status: number;
  headers: Headers;
  body: T;
}

/** A page as the wire gives it. */
export interface WirePage {
  inventoryItems: WireEntity[];
  pagingMetadata: {
    count: number;
    cursors?: { next?: string; prev?: string };
    hasNext?: boolean;
    offset?: number;
    total?: number;
  };
  aggregationData?: { results: Record<string, unknown>[] };
}

/** An item as the wire gives it, as far as queries go. */
export interface WireEntity {
  id: string;
  revision: string;
  createdDate: string;
  updatedDate: string;
  variantId: string;
  locationId: string;
  productId: string;
  inStock?: boolean;
  quantity?: number;
  trackQuantity: boolean;
  availabilityStatus: string;
  preorderInfo: { enabled: boolean };
  product: {
    name?: string;
    variantName?: string;
    variantSku?: string;
    variantBarcode?: string;
    directCategoryIds: string[];
    brand?: { id?: string };
  };
}

/** A violation as the wire names it. */
export interface WireViolation {
  status: number;
  field: string;
  description: string;
}

/** The Wix SDK's client of a hub. Every address it asks is noted. */
export function wixClient(hub: GraphqlHub, token: string, asked: string[] = []) {
  return createClient({
    auth: ApiKeyStrategy({ apiKey: token, siteId: hub.tenantId }),
    modules: { inventoryItemsV3 },
    fetch: (input: string | URL | Request, init?: RequestInit) => {
      const address = new URL(input instanceof Request ? input.url : input);
      asked.push(`${init?.method ?? 'GET'} ${address.pathname}${address.search}`);
      return checkedFetch(`${hub.hubUrl}${address.pathname}${address.search}`, init);
    },
  }).inventoryItemsV3;
}

/** `.r` of an address: base64url of the JSON. */
export function encoded(payload: unknown): string {
  return Buffer.from(JSON.stringify(payload)).toString('base64url');
}

/** A hub whose items are queried, with raw calls and the SDK's client. */
export function queryHub(items: () => readonly TestItem[]) {
  const hub = graphqlHub();
  let ids: string[] = [];
  beforeAll(async () => {
    ids = await hub().addItems(items());
  });

  const call = async <T = WirePage>(
    path: string,
    init: RequestInit & { token?: string } = {},
  ): Promise<WireAnswer<T>> => {
    const { token = hub().allScopes, ...rest } = init;
    const response = await checkedFetch(`${hub().hubUrl}/stores/v3/inventory-items/${path}`, {
      ...rest,
      headers: { Authorization: token, 'Content-Type': 'application/json' },
    });
    return {
      status: response.status,
      headers: response.headers,
      body: (await response.json()) as T,
    };
  };
  const post = <T = WirePage>(path: string, payload: unknown, token?: string) =>
    call<T>(path, {
      method: 'POST',
      body: JSON.stringify(payload),
      ...(token !== undefined && { token }),
    });
  /** A page that must be answered. */
  const page = async (path: 'query' | 'search', asked: object): Promise<WirePage> => {
    const { status, body } = await post(path, { [path]: asked });
    if (status !== 200) throw new Error(JSON.stringify(body));
    return body;
  };
  /** What a payload is refused with. */
  const violation = async (path: string, payload: unknown): Promise<WireViolation> => {
    type Envelope = {
      details: { validationError: { fieldViolations: { field: string; description: string }[] } };
    };
    const { status, body } = await post<Envelope>(path, payload);
    const [first] = body.details.validationError.fieldViolations;
    return { status, ...first! };
  };
  const readToken = (scopes: readonly Scope[] = ['inventory:read']) => hub().signToken(scopes);
  return {
    hub,
    ids: () => ids,
    call,
    post,
    page,
    violation,
    readToken,
    wix: (asked?: string[]) => wixClient(hub(), hub().allScopes, asked),
  };
}
