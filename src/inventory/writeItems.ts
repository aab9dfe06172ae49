import { setTimeout as pause } from 'node:timers/promises';
import { InventoryError } from '../core/errors';
import type { InventoryItem } from '../core/item';
import type { MovementCause } from '../core/movement';
import { itemsById } from './items';
import { editItems, type EditItems } from './editItems';
import type { InventoryDeps } from './deps';
import type { ItemRow } from './itemColumns';

/** What one entry of a call writes. */
export interface ItemWrite<Refusal> {
  /** The item, whether or not it is there. */
  id: string;
  /** The revision it must have; absent: any, and none when it is new. */
  revision?: string | undefined;
  /** Says what to store, of the item as it is now (null: there is none), or why it won't be. */
  rowOf: (present: InventoryItem | null) => { row: ItemRow } | { refusal: Refusal };
}

/** What became of an entry. `known`: there is an item, which stays as it is. */
export type WriteOutcome<Refusal> =
  | { item: InventoryItem }
  | { refusal: Refusal; known: boolean }
  | { error: InventoryError; known: boolean };

/** How long an entry that names no revision is tried again while others are faster, ms. */
const MAX_CONTENTION_MS = 2000;
/** Longest pause before the second attempt, ms; later ones grow with their number. */
const PAUSE_MS = 4;
const MAX_PAUSE_MS = 100;
/** Why an entry that names no revision is looked at again: others were faster. */
const RACES: readonly string[] = ['ALREADY_EXISTS', 'REVISION_CONFLICT', 'UNKNOWN_ITEM'];

/**
 * Creates and changes items by Wix's rules, and by what they are at the moment: the good entries
 * together, in one step, whatever becomes of the others. An entry with a revision is refused when
 * the item has another one; one without is written to the item as it then is. An entry whose item
 * others kept changing ends in REVISION_CONFLICT, one that was to be written when the store went
 * away, after others had been, in REDIS_UNAVAILABLE.
 *
 * @param writes 1..1,000, each item once
 * @throws InventoryError REDIS_UNAVAILABLE when nothing is known to be written
 */
export async function writeItems<Refusal>(
  deps: InventoryDeps,
  tenantId: string,
  call: WriteItems<Refusal>,
): Promise<WriteOutcome<Refusal>[]> {
  const outcomes: (WriteOutcome<Refusal> | undefined)[] = call.writes.map(() => undefined);
  const contended = new Set<number>();
  let ended = overtaken();
  const until = performance.now() + MAX_CONTENTION_MS;
  for (let attempt = 0; attempt === 0 || performance.now() < until; attempt += 1) {
    if (outcomes.every((outcome) => outcome !== undefined)) return outcomes;
    if (attempt > 0) await pause(Math.random() * Math.min(MAX_PAUSE_MS, PAUSE_MS * attempt));
    try {
      const open = outcomes.flatMap((outcome, place) => (outcome ? [] : [place]));
      // Those that others keep changing would keep the rest from being written.
      for (const isContended of [false, true]) {
        const places = open.filter((place) => contended.has(place) === isContended);
        const made = await writeOpen(deps, tenantId, call, places);
        for (const [place, outcome] of made) {
          if (outcome === 'contended') contended.add(place);
          else outcomes[place] = outcome;
        }
      }
    } catch (error) {
      const away = error instanceof InventoryError && error.kind === 'unavailable';
      if (!away || !outcomes.some((outcome) => outcome && 'item' in outcome)) throw error;
      ended = error;
      break;
    }
  }
  return outcomes.map((outcome) => outcome ?? { error: ended, known: true });
}

function overtaken(): InventoryError {
  return new InventoryError('REVISION_CONFLICT', 'Others kept changing the item.');
}

/** Entries to write. */
interface WriteItems<Refusal> {
  writes: readonly ItemWrite<Refusal>[];
  cause: MovementCause;
}

/** What became of some entries by place; nothing of those that others were faster with. */
async function writeOpen<Refusal>(
  deps: InventoryDeps,
  tenantId: string,
  { writes, cause }: WriteItems<Refusal>,
  places: readonly number[],
): Promise<Map<number, WriteOutcome<Refusal> | 'contended'>> {
  const outcomes = new Map<number, WriteOutcome<Refusal> | 'contended'>();
  if (places.length === 0) return outcomes;
  const ids = places.map((place) => writes[place]!.id);
  const present = await itemsById(deps, tenantId, ids);
  const edits: Edit[] = [];
  places.forEach((place, i) => {
    const { id, revision } = writes[place]!;
    const planned = plan(writes[place]!, present[i] ?? null);
    if ('row' in planned) {
      const known = present[i] != null;
      edits.push({ place, id, row: planned.row, known, races: revision === undefined });
    } else outcomes.set(place, planned);
  });
  if (edits.length === 0) return outcomes;
  return new Map([...outcomes, ...(await edit(deps, tenantId, edits, cause))]);
}

/** A row to store. */
interface Edit {
  /** Which of the writes it is. */
  place: number;
  id: string;
  row: EditItems['rows'][number];
  known: boolean;
  /** Whether it is looked at again when others were faster. */
  races: boolean;
}

/** What became of rows, by place; nothing of those to look at again. */
async function edit(
  deps: InventoryDeps,
  tenantId: string,
  edits: readonly Edit[],
  cause: MovementCause,
): Promise<Map<number, WriteOutcome<never> | 'contended'>> {
  const rows = edits.map(({ row }) => row);
  const errorPolicy = 'REJECT_FAILED_ROWS';
  try {
    const outcomes = new Map<number, WriteOutcome<never>>();
    const { items, errors } = await editItems(deps, tenantId, {
      rows,
      errorPolicy,
      contract: 'WIX',
      cause,
    });
    items.forEach((item, i) => {
      if (item) outcomes.set(edits[i]!.place, { item });
    });
    for (const { row, code, message, field } of errors) {
      const { place, known, races } = edits[row]!;
      if (races && RACES.includes(code)) continue;
      const error = new InventoryError(code, message, field ? { field } : {});
      outcomes.set(place, { error, known });
    }
    return outcomes;
  } catch (error) {
    if (!(error instanceof InventoryError) || error.code !== 'ITEM_CHANGED') throw error;
    // It has tried often. Who names a revision has lost.
    const ids = new Set(error.details.itemIds);
    const changed = edits.filter(({ id }) => ids.has(id));
    return new Map(
      changed.map(({ place, known, races }) => [
        place,
        races ? 'contended' : { error: overtaken(), known },
      ]),
    );
  }
}

function plan<Refusal>(
  { id, revision, rowOf }: ItemWrite<Refusal>,
  present: InventoryItem | null,
): Pick<Edit, 'row'> | WriteOutcome<Refusal> {
  if (revision !== undefined && present && String(present.revision) !== revision) {
    const message = `The revision of item ${id} is ${present.revision}, not ${revision}.`;
    const error = new InventoryError('REVISION_CONFLICT', message, { field: 'revision' });
    return { error, known: true };
  }
  const planned = rowOf(present);
  if ('refusal' in planned) return { ...planned, known: present !== null };
  if (!present) return { row: { values: planned.row } };
  return { row: { id, revision: revision ?? String(present.revision), values: planned.row } };
}
