import { verifyTenant } from '../../src/inventory/verify';
import type { GraphqlHub, SendOptions } from '../support/graphqlHub';

/** An error the caller can mend, as the tests read it. */
export interface FoundError {
  code: string;
  field: string[] | null;
  message: string;
}

/** An item as edits of tests show it. */
export interface EditedItem {
  id: string;
  revision: string;
  productId: string;
  locationId: string;
  quantity: number | null;
  name: string | null;
  [field: string]: unknown;
}

/** What an edit of items answered. */
export interface Edited {
  items: (EditedItem | null)[];
  replayed: boolean;
  userErrors: FoundError[];
}

/** What an edit of one item answered. */
export type EditedOne = Omit<Edited, 'items'> & { item: EditedItem | null };

/** What a deletion answered. */
export interface Deleted {
  deletedIds: string[];
  replayed: boolean;
  userErrors: FoundError[];
}

/** How an edit of tests is sent. */
export interface EditOptions extends SendOptions {
  errorPolicy?: 'REJECT_ALL' | 'REJECT_FAILED_ROWS';
  /** Goes into an `@idempotent` directive. */
  key?: string;
}

type Runner = Pick<GraphqlHub, 'run'>;

const ITEM = `id revision productId variantId locationId appId name variantName sku barcode visible
  brand { id name } categoryIds tracked quantity inStock reserved available availabilityStatus
  lowStockThreshold extendedFields createdDate
  preorder { enabled message limit counter remaining }`;

function mutation(field: string, input: string, selection: string, key: string | undefined) {
  const keyed = key !== undefined;
  return `mutation ($input: ${input}!${keyed ? ', $key: String!' : ''}) {
    ${field}(input: $input) ${keyed ? '@idempotent(key: $key)' : ''} {
      ${selection} replayed userErrors { code field message }
    }
  }`;
}

async function send<T>(
  hub: Runner,
  field: string,
  selection: string,
  input: object,
  { key, ...options }: EditOptions,
): Promise<T> {
  const type = `${field[0]!.toUpperCase()}${field.slice(1)}Input`;
  const data = await hub.run<Record<string, T>>(
    mutation(field, type, selection, key),
    { input, key },
    options,
  );
  return data[field]!;
}

export function createItem(hub: Runner, input: object, options: EditOptions = {}) {
  return send<EditedOne>(hub, 'inventoryItemCreate', `item { ${ITEM} }`, input, options);
}

export function updateItem(hub: Runner, input: object, options: EditOptions = {}) {
  return send<EditedOne>(hub, 'inventoryItemUpdate', `item { ${ITEM} }`, input, options);
}

export function deleteItem(hub: Runner, input: object, options: EditOptions = {}) {
  return send<Deleted>(hub, 'inventoryItemDelete', 'deletedIds', input, options);
}

export function createItems(
  hub: Runner,
  items: readonly object[],
  { errorPolicy, ...options }: EditOptions = {},
) {
  const input = { items, errorPolicy };
  return send<Edited>(hub, 'inventoryItemsCreate', `items { ${ITEM} }`, input, options);
}

export function updateItems(
  hub: Runner,
  items: readonly object[],
  { errorPolicy, ...options }: EditOptions = {},
) {
  const input = { items, errorPolicy };
  return send<Edited>(hub, 'inventoryItemsUpdate', `items { ${ITEM} }`, input, options);
}

export function deleteItems(
  hub: Runner,
  items: readonly object[],
  { errorPolicy, ...options }: EditOptions = {},
) {
  const input = { items, errorPolicy };
  return send<Deleted>(hub, 'inventoryItemsDelete', 'deletedIds', input, options);
}

/** Codes and places of errors, without their sentences. */
export function placesOf(errors: readonly FoundError[]): [string, string | null][] {
  return errors.map(({ code, field }) => [code, field && field.join('.')]);
}

/** Fails unless all that is stored is as the ledger says. */
export async function expectClean({ redis, tenantId }: Pick<GraphqlHub, 'redis' | 'tenantId'>) {
  expect((await verifyTenant({ redis }, tenantId)).drift).toEqual([]);
}
