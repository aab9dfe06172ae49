import type { InventoryItem } from '../core/item';
import { searchedText, type ItemFilter } from '../core/itemFilter';
import { conditionTest, type ItemCondition, type ItemSearch } from '../core/itemQuery';
import { hintOf } from '../core/itemQueryHint';
import type { ItemIndex } from './itemIndex';
import { ITEMS_PER_LOOK, Turn } from './turn';

/** Part of all items that is as good as all of them: to collect it costs more than to look on. */
export const MOST = 0.5;

/** What is done with the items found. */
export interface ItemVisitor {
  take(item: InventoryItem): void;
  /** Before others get their turn: an item taken may be another afterwards. */
  beforeTurnEnds(): void;
}

/**
 * Gives a visitor every item a condition holds for; undefined: all items. The work grows with the
 * items of the smallest index that serves the condition, else with all of the tenant's.
 */
export async function scanItems(
  index: ItemIndex,
  condition: ItemCondition | undefined,
  visitor: ItemVisitor,
): Promise<void> {
  const matches = condition && conditionTest(condition);
  const turn = new Turn();
  for (const item of candidates(index, condition)) {
    if (turn.isOver()) {
      visitor.beforeTurnEnds();
      await turn.pass();
    }
    if (!matches || matches(item)) visitor.take(item);
  }
  visitor.beforeTurnEnds();
}

function candidates(
  index: ItemIndex,
  condition: ItemCondition | undefined,
): Iterable<InventoryItem> {
  const hint = condition && hintOf(condition);
  if (hint) return fixedCandidates(index, hint);
  const search = condition && searchOf(condition);
  return search ? withBarcodes(index, search) : index.items.values();
}

/**
 * A map can be walked while it changes: an item keeps its place as long as it is there. Of an index
 * an item may go from a group still to come to one that is done.
 */
function fixedCandidates(index: ItemIndex, hint: ItemFilter): Iterable<InventoryItem> {
  const { size, each } = index.candidates(hint);
  // To copy most of the items costs more than to look at the others too.
  if (size > index.items.size * MOST) return index.items.values();
  return size <= ITEMS_PER_LOOK ? each() : [...each()];
}

/** The search that a condition cannot do without. */
function searchOf(condition: ItemCondition): ItemSearch | undefined {
  if ('words' in condition) return condition;
  if ('and' in condition) return condition.and.map(searchOf).find((search) => search);
  return undefined;
}

/**
 * Barcodes alone have no index of words: what it finds in the other fields, and then the items in
 * whose barcodes one of the words may be.
 */
function* withBarcodes(index: ItemIndex, search: ItemSearch): Iterable<InventoryItem> {
  const others = search.fields.filter((field) => field !== 'barcode');
  const hint = others.length > 0 ? hintOf({ ...search, fields: others }) : undefined;
  if (hint && index.candidates(hint).size > index.items.size * MOST) {
    yield* index.items.values();
    return;
  }
  // By id: an item that is described anew meanwhile is another object.
  const found = new Set<string>();
  for (const item of hint ? fixedCandidates(index, hint) : []) {
    found.add(item.id);
    yield item;
  }
  for (const item of index.items.values()) {
    if (item.barcode === undefined) continue;
    const barcode = searchedText(item.barcode);
    if (!search.words.some((word) => barcode.includes(word))) continue;
    if (!found.has(item.id)) yield item;
  }
}
