import { normalizeId } from '../core/catalog';
import { NIL_GUID } from '../core/identity';
import { MAX_LINES } from '../core/quantity';
import { itemColumns } from '../inventory/itemColumns';
import { moveItems, type ItemMove } from '../inventory/moveItems';
import { bulkAnswer, type BulkOutcome } from './bulkAnswer';
import { causeOf } from './causeOf';
import type { FieldReader } from './fieldReader';
import { moveRefusal, type Direction } from './moveRefusal';
import { readRequest } from './request';
import type { RestCall } from './route';
import { storesItems, type StoresReference } from './storesItem';
import { WIRE_QUANTITY } from './writtenItem';

/** Units that one entry moves (Wix Inventory Items V3). */
const AMOUNT = { min: 1, max: WIRE_QUANTITY.max } as const;

/** An entry as the call writes it: which item, and what happens to it. */
interface Entry extends Omit<ItemMove, 'itemId'> {
  /** Absent: the reference says which item. */
  itemId?: string;
  reference: StoresReference;
}

/** `POST /bulk/inventory-items/increment` and `…/increment-by-variant-and-location` */
export const bulkIncrement = (call: RestCall) => bulkMove(call, 'increment', readItemId);
export const bulkIncrementByVariant = (call: RestCall) =>
  bulkMove(call, 'increment', readReference);

/** `POST /bulk/inventory-items/decrement` and `…/decrement-by-variant-and-location` */
export const bulkDecrement = (call: RestCall) => bulkMove(call, 'decrement', readItemId);
export const bulkDecrementByVariant = (call: RestCall) =>
  bulkMove(call, 'decrement', readReference);

/** Reads which item an entry is about. */
type ReadSubject = (entry: FieldReader) => Pick<Entry, 'itemId' | 'productId' | 'reference'>;

async function bulkMove(call: RestCall, direction: Direction, readSubject: ReadSubject) {
  const { entries, returnEntity, cause } = readRequest(call, (request) => {
    // Wix's notes and fields say it in two ways: what is not false restricts.
    const restricted = direction === 'decrement' && request.flag('restrictInventory') !== false;
    const guard = restricted ? 'strict' : 'unrestricted';
    const list = request.objects(`${direction}Data`, { min: 1, max: MAX_LINES });
    return {
      entries: list.map((entry): Entry => ({
        ...readSubject(entry),
        ...readAmount(entry, direction),
        guard,
      })),
      returnEntity: request.flag('returnEntity') ?? false,
      cause: causeOf(call, 'ADJUST', request),
    };
  });
  const moves = await toMoves(call, entries);
  const outcomes = await moveItems(call.deps, call.tenantId, {
    moves,
    bound: WIRE_QUANTITY.max,
    cause,
    idempotencyKey: call.idempotencyKey,
  });
  const results = outcomes.map((outcome, i): BulkOutcome => {
    if ('item' in outcome) return { id: outcome.item.id, item: outcome.item };
    const { itemId } = entries[i]!;
    const known = outcome.error.code !== 'UNKNOWN_ITEM';
    const id = itemId ?? (known ? moves[i]!.itemId : undefined);
    return { id, error: moveRefusal(outcome.error, direction) };
  });
  return bulkAnswer(results, returnEntity);
}

async function toMoves(call: RestCall, entries: readonly Entry[]): Promise<ItemMove[]> {
  const byId = entries.every(({ itemId }) => itemId !== undefined);
  const itemOf = byId ? undefined : await storesItems(call);
  return entries.map(({ itemId, reference, ...move }) => {
    return { ...move, itemId: itemId ?? itemOf!(reference).id };
  });
}

function readItemId(entry: FieldReader): ReturnType<ReadSubject> {
  const itemId = entry.guid('inventoryItemId');
  if (entry.raw('inventoryItemId') == null) entry.miss('inventoryItemId', 'a GUID');
  return { itemId: itemId ?? '', reference: {} };
}

/** The nil GUID stands for no variant: then the product says which item. */
function readReference(entry: FieldReader): ReturnType<ReadSubject> {
  const variantId = entry.guid('variantId');
  const productId = entry.lineOfText('productId', itemColumns.productId);
  if (entry.raw('variantId') == null) entry.miss('variantId', 'a GUID');
  if (variantId === NIL_GUID && entry.raw('productId') == null) {
    entry.miss('productId', 'given: the variant is the nil GUID');
  }
  const reference = { variantId, productId, locationId: entry.guid('locationId') };
  return { productId: productId == null ? undefined : normalizeId(productId), reference };
}

function readAmount(entry: FieldReader, direction: Direction): Pick<Entry, 'units' | 'preorder'> {
  const name = `${direction}By`;
  const amount = entry.wholeNumber(name, AMOUNT);
  if (entry.raw(name) == null) entry.miss(name, 'a whole number from 1 to 99999');
  if (direction === 'increment') return { units: amount ?? 0, preorder: false };
  return { units: -(amount ?? 0), preorder: entry.flag('preorderRequest') ?? false };
}
