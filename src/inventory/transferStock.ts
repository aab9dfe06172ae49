import { InventoryError } from '../core/errors';
import { itemKey, keyOfGuid } from '../core/identity';
import type { InventoryItem } from '../core/item';
import type { MovementCause, MovementLine } from '../core/movement';
import { MAX_LINES } from '../core/quantity';
import { postMovement, saveItems, type KeyedCall, type SaveItem } from '../redis/commands';
import { readDocuments } from '../redis/reads';
import type { InventoryDeps } from './deps';
import { earlierCall } from './keyedInput';
import { movementById } from './orders';
import { withSettings } from './settings';

/** All stock of a location, and where it goes. */
export interface TransferStock {
  locationId: string;
  target: string;
  cause: Omit<MovementCause, 'operation'>;
  /** Of a keyed call: its movements have keys of their own, made of this one and their number. */
  call?: KeyedCall | undefined;
}

/** A move makes two lines. */
const ITEMS_PER_MOVEMENT = MAX_LINES / 2;
/** How often stock that came in meanwhile is moved after the rest. */
const MAX_ROUNDS = 20;
/** How often a movement is tried whose items come and go. */
const MAX_ATTEMPTS = 100;

/**
 * Moves all stock of a location to another, up to 150 items in a movement. A keyed transfer that
 * was broken off goes on after its last movement; made several times at once, each of its
 * movements is made once.
 *
 * @returns how many items were moved, those of earlier calls with the key too
 * @throws InventoryError ITEM_NOT_TRACKED, QUANTITY_OUT_OF_RANGE, UNKNOWN_ITEM and ITEM_CHANGED
 *   when others kept creating and deleting the items, REDIS_UNAVAILABLE
 */
export async function transferStock(
  deps: InventoryDeps,
  tenantId: string,
  transfer: TransferStock,
): Promise<number> {
  const run: Run = { deps, tenantId, ...transfer, transferred: new Set(), movements: 0 };
  await catchUp(run);
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const items = await stockAt(deps, tenantId, transfer.locationId);
    if (items.length === 0) break;
    for (let at = 0; at < items.length; at += ITEMS_PER_MOVEMENT) {
      await transferBatch(run, items.slice(at, at + ITEMS_PER_MOVEMENT));
    }
  }
  // The last of it may have been moved by the same call, sent twice at once.
  await catchUp(run);
  return run.transferred.size;
}

/** Tracked items at a location that hold (or owe) stock. */
export async function stockAt(
  { feeds }: InventoryDeps,
  tenantId: string,
  locationId: string,
): Promise<InventoryItem[]> {
  const index = await feeds.current(tenantId);
  const items = [...index.candidates({ locationIds: [locationId] }).each()];
  return items.filter(({ tracked, quantity }) => tracked && quantity !== 0);
}

/** A transfer under way. */
interface Run extends TransferStock {
  deps: InventoryDeps;
  tenantId: string;
  /** Ids of the items that were moved. */
  transferred: Set<string>;
  /** How many movements of a keyed transfer are known. */
  movements: number;
}

/** The call that the next movement is; nothing to spread without a key. */
function nextCall({ call, movements }: Run): { call?: KeyedCall } {
  return call ? { call: { ...call, keyDigest: `${call.keyDigest}:${movements}` } } : {};
}

/** Takes note of movements that another run of the same keyed transfer has made. */
async function catchUp(run: Run): Promise<void> {
  const { deps, tenantId } = run;
  for (;;) {
    const earlier = await earlierCall(deps, tenantId, nextCall(run).call);
    if (!earlier) return;
    await noteMovement(run, earlier.ledgerId);
  }
}

async function noteMovement(run: Run, ledgerId: string): Promise<void> {
  const movement = await movementById(run.deps, run.tenantId, ledgerId);
  if (!movement) throw new Error(`the ledger does not hold ${ledgerId}`);
  // Lines come in pairs: what leaves, then what arrives.
  movement.lines.forEach(({ itemId }, i) => {
    if (i % 2 === 0) run.transferred.add(itemId);
  });
  run.movements += 1;
}

/** Moves items in one movement. */
async function transferBatch(run: Run, items: readonly InventoryItem[]): Promise<void> {
  // Copies: the index they come from moves on.
  let moving = items.map((item) => ({ ...item }));
  for (let attempt = 1; moving.length > 0; attempt += 1) {
    try {
      await moveAll(run, moving);
      return;
    } catch (error) {
      if (!(error instanceof InventoryError) || attempt === MAX_ATTEMPTS) throw error;
      moving = stillToMove(moving, error);
    }
  }
}

/**
 * What is left to move, after a movement was refused because items changed meanwhile.
 *
 * @throws InventoryError the refusal, when it has another reason
 */
function stillToMove(moving: readonly InventoryItem[], refusal: InventoryError): InventoryItem[] {
  const { itemIds = [] } = refusal.details;
  const others = moving.filter(({ id }) => !itemIds.includes(id));
  switch (refusal.code) {
    case 'ITEM_CHANGED':
      // Somebody else created a counterpart.
      return [...moving];
    case 'UNKNOWN_ITEM':
      // Deleted here; or there, and created again by the next attempt.
      return others;
    case 'ITEM_NOT_TRACKED':
      if (others.length === moving.length) throw notTracked(itemIds[0]!);
      return others;
    default:
      throw refusal;
  }
}

async function moveAll(run: Run, items: readonly InventoryItem[]): Promise<void> {
  const { deps, tenantId, cause } = run;
  const targets = await ensureTargets(run, items);
  const lines = items.flatMap(({ id, quantity }, i): MovementLine[] => {
    // What is sold meanwhile is owed here, and moved as such in the next round.
    const stockOnly = { absolute: false, compareQuantity: null };
    return [
      { guard: 'unrestricted', key: keyOfGuid(id), units: -quantity, stockOnly },
      { guard: 'unrestricted', key: targets[i]!, units: quantity, stockOnly },
    ];
  });
  const posted = await withSettings(deps, tenantId, ({ revision: settingsRevision }) =>
    postMovement(deps.redis, {
      tenantId,
      lines,
      cause: { ...cause, operation: 'MOVE', reason: 'TRANSFER' },
      settingsRevision,
      retentionMs: deps.retentionMs,
      ...nextCall(run),
    }),
  );
  // Another run was faster; what it left of these items is there in the next round.
  if (posted.replayed) return noteMovement(run, posted.ledgerId);
  for (const { id } of items) run.transferred.add(id);
  run.movements += 1;
}

/** The items' counterparts at the target; those that are missing are created empty. */
async function ensureTargets(
  { deps, tenantId, target, cause }: Run,
  items: readonly InventoryItem[],
): Promise<Buffer[]> {
  const keys = items.map((item) => itemKey(tenantId, { ...item, locationId: target }));
  const present = await readDocuments(deps.redis, tenantId, keys);
  const own = await readDocuments(
    deps.redis,
    tenantId,
    items.map(({ id }) => keyOfGuid(id)),
  );
  const missing = keys.flatMap((key, i): SaveItem[] => {
    if (present[i] !== '' || own[i] === '') return [];
    const document = JSON.parse(own[i]!) as Record<string, unknown>;
    delete document['createdDate'];
    const after = JSON.stringify({ ...document, locationId: target });
    return [{ key, level: { tracked: true, quantity: 0 }, before: '', after }];
  });
  if (missing.length > 0) {
    const creation = { ...cause, operation: 'CREATE' as const, reason: 'TRANSFER' };
    await saveItems(deps.redis, { tenantId, items: missing, cause: creation });
  }
  return keys;
}

/** An ITEM_NOT_TRACKED about where stock would go. */
export function notTracked(itemId: string): InventoryError {
  const message = `Item ${itemId}, where stock would go, is not tracked.`;
  return new InventoryError('ITEM_NOT_TRACKED', message, { field: 'input.transferToLocationId' });
}
