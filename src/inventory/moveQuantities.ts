import { InventoryError, invalidInput } from '../core/errors';
import { isGuid, keyOfGuid } from '../core/identity';
import type { ItemDocument } from '../core/item';
import type { MovementCause, MovementLine } from '../core/movement';
import { checkEach } from '../core/problems';
import { isWholeNumber, QUANTITY_LIMIT } from '../core/quantity';
import { readDocuments } from '../redis/reads';
import { checkCompared, checkCount, distinctItems, type NamedItem } from './changeQuantities';
import { locationClosed } from './closedLocations';
import { counterpartOf } from './counterpart';
import type { InventoryDeps } from './deps';
import { noSuchLocation, tenantLocations, type Locations } from './locations';
import { postChange, type ChangeCause, type ChangeOutcome, type ChangePlan } from './postChange';
import { recordRefusal } from './recordRefusal';

/** Units that go from one location to another. */
export interface StockMove {
  fromItemId: string;
  /** One of the two: the item of the same variant elsewhere, or the location that it is at. */
  toItemId?: string | undefined;
  toLocationId?: string | undefined;
  /** Units, 1..1,000,000,000. */
  quantity: number;
  /** The quantity the caller believes there is to take from; null: whatever. Must be said. */
  compareQuantity?: number | null | undefined;
}

/** Moves between locations. */
export interface MoveQuantities {
  /** 1..300. */
  moves: readonly StockMove[];
  cause: ChangeCause;
}

/**
 * Moves stock of tracked items between locations: all of it, or none, and never more than is
 * available. An item that is not there yet at a location is created in the same step. A location
 * that is closed at that very moment is put right by closing it again.
 *
 * @throws InventoryError INVALID_INPUT, NO_SUCH_LOCATION and LOCATION_CLOSED that tell of every
 *   wrong move, UNKNOWN_ITEM, ITEM_NOT_TRACKED, COMPARE_QUANTITY_STALE, QUANTITY_OUT_OF_RANGE,
 *   INSUFFICIENT_AVAILABLE, IDEMPOTENCY_KEY_MISMATCH, REDIS_UNAVAILABLE
 */
export async function moveQuantities(
  deps: InventoryDeps,
  tenantId: string,
  { moves, cause }: MoveQuantities,
): Promise<ChangeOutcome> {
  checkCount(moves.length);
  checkEach(moves, checkMove);
  const input = moves.map(({ quantity, compareQuantity, ...move }) => {
    const ids = [move.fromItemId, move.toItemId, move.toLocationId];
    return [...ids.map((id) => id?.toLowerCase()), quantity, compareQuantity];
  });
  return postChange(deps, tenantId, {
    operation: 'MOVE',
    cause,
    input,
    plan: (head) => planMoves(deps, tenantId, moves, head),
  });
}

/** What a move says by itself. */
function checkMove(move: StockMove, i: number): void {
  const { fromItemId, toItemId, toLocationId, quantity, compareQuantity } = move;
  const at = placeOf(i);
  if (!isGuid(fromItemId)) throw invalidInput(`${at}.fromItemId`, fromItemId, 'a GUID');
  if ((toItemId === undefined) === (toLocationId === undefined)) {
    const message = `${at} must have one of toItemId and toLocationId`;
    const got = toItemId === undefined ? 'none' : 'both';
    throw new InventoryError('INVALID_INPUT', `${message}, got ${got}`, { field: at });
  }
  if (toItemId !== undefined && !isGuid(toItemId)) {
    throw invalidInput(`${at}.toItemId`, toItemId, 'a GUID');
  }
  if (toLocationId !== undefined && !isGuid(toLocationId)) {
    throw invalidInput(`${at}.toLocationId`, toLocationId, 'a GUID');
  }
  if (!isWholeNumber(quantity, 1, QUANTITY_LIMIT)) {
    throw invalidInput(`${at}.quantity`, quantity, `1..${QUANTITY_LIMIT}`);
  }
  if (fromItemId.toLowerCase() === toItemId?.toLowerCase()) {
    throw invalidInput(`${at}.toItemId`, toItemId, 'another item than fromItemId');
  }
  checkCompared(compareQuantity, at);
}

/** What is known of the items that moves name, and of the places they go to. */
interface Surroundings {
  tenantId: string;
  /** By item id, lower case; absent: there is no such item. */
  documents: ReadonlyMap<string, ItemDocument>;
  locations: Locations;
}

/** Where a move goes. */
interface Destination extends NamedItem {
  /** To create it with, when it is not there. */
  json?: string;
}

/** A move makes two lines: what leaves, then what arrives. */
async function planMoves(
  deps: InventoryDeps,
  tenantId: string,
  moves: readonly StockMove[],
  cause: MovementCause,
): Promise<ChangePlan> {
  const [documents, locations] = await Promise.all([
    readMoved(deps, tenantId, moves),
    tenantLocations(deps, tenantId),
  ]);
  await checkSources(deps, tenantId, moves, documents, cause);
  const checkDistinct = distinctItems(false);
  const planned = checkEach(moves, (move, i) => {
    const { fromItemId, compareQuantity = null } = move;
    const field = `${placeOf(i)}.fromItemId`;
    checkDistinct({ itemId: fromItemId, compares: compareQuantity !== null, field });
    const to = destinationOf(move, i, { tenantId, documents, locations });
    checkDistinct(to);
    return { lines: linesOf(move, to.itemId), to };
  });
  return {
    lines: planned.flatMap(({ lines }) => lines),
    documents: planned.flatMap(({ to: { itemId, json } }) =>
      json === undefined ? [] : [{ key: keyOfGuid(itemId), json }],
    ),
  };
}

async function readMoved(
  { redis }: InventoryDeps,
  tenantId: string,
  moves: readonly StockMove[],
): Promise<Map<string, ItemDocument>> {
  const named = moves.flatMap(({ fromItemId, toItemId = fromItemId }) => [fromItemId, toItemId]);
  const ids = [...new Set(named.map((id) => id.toLowerCase()))];
  const texts = await readDocuments(redis, tenantId, ids.map(keyOfGuid));
  const documents = new Map<string, ItemDocument>();
  ids.forEach((id, i) => {
    const text = texts[i]!;
    if (text !== '') documents.set(id, JSON.parse(text) as ItemDocument);
  });
  return documents;
}

/**
 * The counterpart of an unknown item is not known either, so the script can't be asked.
 *
 * @throws InventoryError UNKNOWN_ITEM that names all unknown items
 */
async function checkSources(
  deps: InventoryDeps,
  tenantId: string,
  moves: readonly StockMove[],
  documents: Surroundings['documents'],
  cause: MovementCause,
): Promise<void> {
  const isUnknown = (id: string) => !documents.has(id.toLowerCase());
  const lost = moves.some((move) => move.toLocationId && isUnknown(move.fromItemId));
  if (!lost) return;
  const sides = moves.flatMap(({ fromItemId, toItemId = '' }) => [fromItemId, toItemId]);
  const lines = sides.flatMap((id, i) => (id !== '' && isUnknown(id) ? [i] : []));
  const itemIds = [...new Set(lines.map((i) => sides[i]!.toLowerCase()))];
  const error = new InventoryError('UNKNOWN_ITEM', undefined, { itemIds, lines });
  const tried = { cause, lines: moves.map((move) => linesOf(move, move.fromItemId)[0]!) };
  await recordRefusal(deps, tenantId, error, tried);
  throw error;
}

/** @throws InventoryError INVALID_INPUT, NO_SUCH_LOCATION, LOCATION_CLOSED */
function destinationOf(
  { fromItemId, toItemId, toLocationId }: StockMove,
  i: number,
  { tenantId, documents, locations }: Surroundings,
): Destination {
  const own = documents.get(fromItemId.toLowerCase());
  if (toItemId !== undefined) {
    const field = `${placeOf(i)}.toItemId`;
    const other = documents.get(toItemId.toLowerCase());
    // The script names unknown items, all of them.
    if (own && other && subjectOf(own) !== subjectOf(other)) {
      throw invalidInput(field, toItemId, 'the item of the same variant at another location');
    }
    if (other) checkOpen(locations, other.locationId, field);
    return { itemId: toItemId, compares: false, field };
  }
  const field = `${placeOf(i)}.toLocationId`;
  const locationId = toLocationId!.toLowerCase();
  if (locationId === own!.locationId) {
    throw invalidInput(field, toLocationId, 'another location than that of fromItemId');
  }
  if (!locations.all.some(({ id }) => id === locationId)) throw noSuchLocation(locationId, field);
  checkOpen(locations, locationId, field);
  const { itemId, json } = counterpartOf(tenantId, own!, locationId);
  return { itemId, json, compares: false, field };
}

function checkOpen(locations: Locations, locationId: string, field: string): void {
  if (!locations.get(locationId).active) throw locationClosed(locationId, field);
}

function linesOf(
  { fromItemId, quantity, compareQuantity = null }: StockMove,
  toItemId: string,
): MovementLine[] {
  const leaving = { absolute: false, compareQuantity };
  const arriving = { absolute: false, compareQuantity: null };
  return [
    { key: keyOfGuid(fromItemId), units: -quantity, guard: 'strict', stockOnly: leaving },
    { key: keyOfGuid(toItemId), units: quantity, guard: 'strict', stockOnly: arriving },
  ];
}

/** What leaves a location must arrive as the same thing. */
function subjectOf({ appId, productId, variantId }: ItemDocument): string {
  return JSON.stringify([appId, productId, variantId]);
}

function placeOf(i: number): string {
  return `input.changes[${i}]`;
}
