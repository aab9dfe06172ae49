import type { InventoryItem } from '../core/item';
import type { NumberRange } from '../core/itemFilter';
import type { ItemPlace } from '../core/itemOrder';
import type { Candidates } from './itemGroups';
import { Turn } from './turn';

/** Longest chunk, in items; one that grows past it is halved. */
const MAX_CHUNK = 512;
/** Length of chunks made together: half full, so that they can grow. */
const NEW_CHUNK = 256;
/** After every id. */
const LAST_ID = '\uffff';
/** Items sorted at a stroke: a few milliseconds. */
const RUN_LENGTH = 2048;

/** An item and the value it is ordered by. The value is kept: the item itself moves on. */
interface Entry {
  value: ItemPlace['value'];
  item: InventoryItem;
}

/**
 * Items in one order, ascending by a value and then by id: short sorted lists one after another, so
 * that adding, removing and finding a place cost little among a million.
 */
export class OrderedItems {
  private chunks: Entry[][] = [];
  /** What happened while the order was made; undefined: it is made. */
  private missed: (() => void)[] | undefined = [];

  /** Whether the order can be walked. */
  get isMade(): boolean {
    return this.missed === undefined;
  }

  /** Adds an item that is not in the order. */
  add(value: ItemPlace['value'], item: InventoryItem): void {
    if (this.missed)
      this.missed.push(() => {
        this.insert({ value, item });
      });
    else this.insert({ value, item });
  }

  /** Removes the item that was added with this value. */
  remove(value: ItemPlace['value'], id: string): void {
    if (this.missed)
      this.missed.push(() => {
        this.delete({ value, id });
      });
    else this.delete({ value, id });
  }

  /**
   * Puts items into the empty order. Others get their turn meanwhile; what they add and remove
   * counts.
   *
   * @param valueOf of an item by its index, as it is at this call
   */
  async fill(
    items: readonly InventoryItem[],
    valueOf: (index: number) => ItemPlace['value'],
  ): Promise<void> {
    const turn = new Turn();
    let runs: Entry[][] = [];
    for (let from = 0; from < items.length; from += RUN_LENGTH) {
      const run = items
        .slice(from, from + RUN_LENGTH)
        .map((item, i): Entry => ({ item, value: valueOf(from + i) }));
      runs.push(run.sort(compareEntries));
      await turn.pass();
    }
    while (runs.length > 1) {
      const merged: Entry[][] = [];
      for (let i = 0; i < runs.length; i += 2) {
        const [one, other] = [runs[i]!, runs[i + 1]];
        merged.push(other ? await mergeRuns(one, other, turn) : one);
      }
      runs = merged;
    }
    const sorted = runs[0] ?? [];
    for (let from = 0; from < sorted.length; from += NEW_CHUNK) {
      this.chunks.push(sorted.slice(from, from + NEW_CHUNK));
    }
    const missed = this.missed ?? [];
    this.missed = undefined;
    for (const change of missed) change();
  }

  /**
   * The items after a place (absent: from the first one), or backwards those before it (absent:
   * from the last one). The order must not change meanwhile.
   */
  *walk(place: ItemPlace | undefined, backwards: boolean): Iterable<InventoryItem> {
    const { chunks } = this;
    const step = backwards ? -1 : 1;
    let [chunk, at] = place ? this.firstAtOrAfter(place) : backwards ? [chunks.length, 0] : [0, 0];
    if (place && !backwards && compareWith(chunks[chunk]?.[at], place) === 0) at += 1;
    if (backwards) at -= 1;
    for (;;) {
      const entries = chunks[chunk];
      const entry = entries?.[at];
      if (entry) {
        yield entry.item;
        at += step;
        continue;
      }
      chunk += step;
      const next = chunks[chunk];
      if (!next) return;
      at = backwards ? next.length - 1 : 0;
    }
  }

  /** The items of an order by numbers whose values lie in a range. */
  between({ min = -Infinity, max = Infinity }: NumberRange): Candidates<InventoryItem> {
    if (min > max) return { size: 0, each: () => [] };
    const [firstChunk, firstAt] = this.firstAtOrAfter({ value: min, id: '' });
    const [endChunk, endAt] = this.firstAtOrAfter({ value: max, id: LAST_ID });
    const whole = this.chunks.slice(firstChunk, endChunk);
    const size = whole.reduce((sum, { length }) => sum + length, endAt - firstAt);
    const { chunks } = this;
    function* each(): Iterable<InventoryItem> {
      for (let chunk = firstChunk; chunk <= endChunk; chunk += 1) {
        const entries = chunks[chunk] ?? [];
        const end = chunk === endChunk ? endAt : entries.length;
        for (let at = chunk === firstChunk ? firstAt : 0; at < end; at += 1) {
          yield entries[at]!.item;
        }
      }
    }
    return { size, each };
  }

  private insert(entry: Entry): void {
    const [found, at] = this.firstAtOrAfter({ value: entry.value, id: entry.item.id });
    // After all others: into the last chunk.
    const chunk = Math.min(found, this.chunks.length - 1);
    const entries = this.chunks[chunk];
    if (!entries) {
      this.chunks.push([entry]);
      return;
    }
    entries.splice(chunk === found ? at : entries.length, 0, entry);
    if (entries.length <= MAX_CHUNK) return;
    this.chunks.splice(chunk + 1, 0, entries.splice(entries.length >>> 1));
  }

  private delete(place: ItemPlace): void {
    const [chunk, at] = this.firstAtOrAfter(place);
    const entries = this.chunks[chunk];
    if (!entries || compareWith(entries[at], place) !== 0) return;
    entries.splice(at, 1);
    if (entries.length === 0) this.chunks.splice(chunk, 1);
  }

  /** Chunk and index of the first entry that is not before a place. */
  private firstAtOrAfter(place: ItemPlace): [number, number] {
    const { chunks } = this;
    const chunk = firstOf(chunks.length, (i) => compareWith(chunks[i]!.at(-1), place) >= 0);
    const entries = chunks[chunk];
    if (!entries) return [chunk, 0];
    return [chunk, firstOf(entries.length, (i) => compareWith(entries[i], place) >= 0)];
  }
}

/** The first of the numbers up to a length that passes a test which all after it pass too. */
function firstOf(length: number, passes: (index: number) => boolean): number {
  let [low, high] = [0, length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (passes(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** No entry stands for the end, after all places. */
function compareWith(entry: Entry | undefined, { value, id }: ItemPlace): number {
  if (!entry) return 1;
  if (entry.value !== value) return entry.value < value ? -1 : 1;
  return entry.item.id < id ? -1 : entry.item.id > id ? 1 : 0;
}

function compareEntries(a: Entry, b: Entry): number {
  if (a.value !== b.value) return a.value < b.value ? -1 : 1;
  return a.item.id < b.item.id ? -1 : a.item.id > b.item.id ? 1 : 0;
}

async function mergeRuns(one: Entry[], other: Entry[], turn: Turn): Promise<Entry[]> {
  const merged: Entry[] = [];
  let [i, j] = [0, 0];
  while (i < one.length && j < other.length) {
    const first = compareEntries(one[i]!, other[j]!) <= 0;
    merged.push(first ? one[i++]! : other[j++]!);
    if (turn.isOver()) await turn.pass();
  }
  while (i < one.length) merged.push(one[i++]!);
  while (j < other.length) merged.push(other[j++]!);
  return merged;
}
