import { InventoryError } from '../core/errors';
import { keyOfGuid } from '../core/identity';
import type { InventoryItem, ItemDocument } from '../core/item';
import type { MovementCause, MovementLine } from '../core/movement';
import { MAX_LINES } from '../core/quantity';
import type { KeyedCall } from '../redis/callRecord';
import { postMovement } from '../redis/commands';
import { readDocuments } from '../redis/reads';
import { counterpartOf } from './counterpart';
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
 * Moves all stock of a location to another, up to 150 items in a movement, which creates those that
 * are not there yet. A keyed transfer that was broken off goes on after its last movement; made
 * several times at once, each of its movements is made once.
 *
 * @returns how many items were moved, those of earlier calls with the key too
 * @throws InventoryError ITEM_NOT_TRACKED, QUANTITY_OUT_OF_RANGE, UNKNOWN_ITEM when others kept
 *   creating and deleting the items, REDIS_UNAVAILABLE
 */
export async function transferStock(
  deps: InventoryDeps,
  tenantId: string,
  transfer: TransferStock,
): Promise<number> {
  const run: Run = { deps, tenantId, ...transfer, transferred: new Set(), movements: 0 };
  await catchUp(run);
  for (let round = 0; round < MAX_ROUNDS;) {
    const items = await stockAt(deps, tenantId, transfer.locationId);
    if (items.length === 0) break;
    let alone = true;
    for (let at = 0; at < items.length && alone; at += ITEMS_PER_MOVEMENT) {
      alone = await transferBatch(run, items.slice(at, at + ITEMS_PER_MOVEMENT));
    }
    // What was read is out of date when another run has moved some of it.
    if (alone) round += 1;
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

/** Moves items in one movement. False: another run of the transfer has made a movement instead. */
async function transferBatch(run: Run, items: readonly InventoryItem[]): Promise<boolean> {
  // Copies: the index they come from moves on.
  let moving = items.map((item) => ({ ...item }));
  for (let attempt = 1; moving.length > 0; attempt += 1) {
    try {
      return await moveAll(run, moving);
    } catch (error) {
      if (!(error instanceof InventoryError) || attempt === MAX_ATTEMPTS) throw error;
      moving = stillToMove(moving, error);
    }
  }
  return true;
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
    case 'UNKNOWN_ITEM':
      // Deleted meanwhile.
      return others;
    case 'ITEM_NOT_TRACKED':
      if (others.length === moving.length) throw notTracked(itemIds[0]!);
      return others;
    default:
      throw refusal;
  }
}

async function moveAll(run: Run, items: readonly InventoryItem[]): Promise<boolean> {
  const { deps, tenantId, target, cause } = run;
  const own = items.map(({ id }) => keyOfGuid(id));
  const texts = await readDocuments(deps.redis, tenantId, own);
  // Of an item that was deleted meanwhile the script knows neither side: it is refused.
  const counterparts = items.map((item, i) => {
    const document = texts[i] === '' ? item : (JSON.parse(texts[i]!) as ItemDocument);
    return counterpartOf(tenantId, document, target);
  });
  const lines = items.flatMap(({ quantity }, i): MovementLine[] => {
    // What is sold meanwhile is owed here, and moved as such in the next round.
    const stockOnly = { absolute: false, compareQuantity: null };
    return [
      { guard: 'unrestricted', key: own[i]!, units: -quantity, stockOnly },
      { guard: 'unrestricted', key: counterparts[i]!.key, units: quantity, stockOnly },
    ];
  });
  const documents = counterparts.filter((_, i) => texts[i] !== '');
  const posted = await withSettings(deps, tenantId, ({ revision: settingsRevision }) =>
    postMovement(deps.redis, {
      tenantId,
      lines,
      documents,
      cause: { ...cause, operation: 'MOVE', reason: 'TRANSFER' },
      settingsRevision,
      retentionMs: deps.retentionMs,
      ...nextCall(run),
    }),
  );
  if (posted.replayed) {
    await noteMovement(run, posted.ledgerId);
    return false;
  }
  for (const { id } of items) run.transferred.add(id);
  run.movements += 1;
  return true;
}

/** An ITEM_NOT_TRACKED about where stock would go. */
export function notTracked(itemId: string): InventoryError {
  const message = `Item ${itemId}, where stock would go, is not tracked.`;
  return new InventoryError('ITEM_NOT_TRACKED', message, { field: 'input.transferToLocationId' });
}
