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

const MAX_ATTEMPTS = 10;
/** Why an entry that names no revision is looked at again: others were faster. */
const RACES: readonly string[] = ['ALREADY_EXISTS', 'REVISION_CONFLICT', 'UNKNOWN_ITEM'];

/**
 * Creates and changes items by Wix's rules, and by what they are at the moment: the good entries
 * together, in one step, whatever becomes of the others. An entry with a revision is refused when
 * the item has another one; one without is written to the item as it then is.
 *
 * @param writes 1..1,000, each item once
 * @throws InventoryError ITEM_CHANGED when others kept changing the same items, REDIS_UNAVAILABLE
 */
export async function writeItems<Refusal>(
  deps: InventoryDeps,
  tenantId: string,
  { writes, cause }: { writes: readonly ItemWrite<Refusal>[]; cause: MovementCause },
): Promise<WriteOutcome<Refusal>[]> {
  const outcomes: (WriteOutcome<Refusal> | undefined)[] = writes.map(() => undefined);
  for (let attempt = 1; ; attempt += 1) {
    const open = writes.flatMap((_, place) => (outcomes[place] ? [] : [place]));
    const ids = open.map((place) => writes[place]!.id);
    const present = await itemsById(deps, tenantId, ids);
    const edits: Edit[] = [];
    open.forEach((place, i) => {
      const planned = plan(writes[place]!, present[i] ?? null);
      if ('row' in planned) edits.push({ place, row: planned.row, known: present[i] != null });
      else outcomes[place] = planned;
    });
    for (const [place, outcome] of await edit(deps, tenantId, edits, cause)) {
      const raced = 'error' in outcome && RACES.includes(outcome.error.code);
      if (!raced || writes[place]!.revision !== undefined) outcomes[place] = outcome;
    }
    if (outcomes.every((outcome) => outcome !== undefined)) return outcomes;
    if (attempt === MAX_ATTEMPTS) throw new InventoryError('ITEM_CHANGED');
  }
}

/** A row to store. */
interface Edit {
  /** Which of the writes it is. */
  place: number;
  row: EditItems['rows'][number];
  known: boolean;
}

/** What became of rows, by place; not of one that changed nothing and is gone. */
async function edit(
  deps: InventoryDeps,
  tenantId: string,
  edits: readonly Edit[],
  cause: MovementCause,
): Promise<Map<number, WriteOutcome<never>>> {
  const outcomes = new Map<number, WriteOutcome<never>>();
  if (edits.length === 0) return outcomes;
  const rows = edits.map(({ row }) => row);
  const { items, errors } = await editItems(deps, tenantId, {
    rows,
    errorPolicy: 'REJECT_FAILED_ROWS',
    contract: 'WIX',
    cause,
  });
  items.forEach((item, i) => {
    if (item) outcomes.set(edits[i]!.place, { item });
  });
  for (const { row, code, message, field } of errors) {
    const { place, known } = edits[row]!;
    const error = new InventoryError(code, message, field ? { field } : {});
    outcomes.set(place, { error, known });
  }
  return outcomes;
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
