import { ItemGroups, type Candidates } from './itemGroups';

/** Most words whose things are counted to tell how many there are. */
const WORDS_COUNTED = 100;
/** Comes after every character of a word: it is no letter, digit or mark. */
const LAST_CHARACTER = '\uFFFF';

/** Finds things by the beginnings of words. */
export class WordIndex<T extends object> {
  private readonly byWord = new ItemGroups<string, T>();
  /** All words in order; made again when words came or went. */
  private ordered: string[] | undefined;

  add(word: string, thing: T): void {
    if (!this.byWord.has(word)) this.ordered = undefined;
    this.byWord.add(word, thing);
  }

  remove(word: string, thing: T): void {
    this.byWord.remove(word, thing);
    if (!this.byWord.has(word)) this.ordered = undefined;
  }

  /**
   * All things with a word that begins with the prefix, each once. Their number is estimated where
   * many words do: nothing is looked up for each of them before it is asked for.
   */
  startingWith(prefix: string): Candidates<T> {
    const ordered = (this.ordered ??= [...this.byWord.keys()].sort());
    const from = firstNotBelow(ordered, prefix);
    const to = firstNotBelow(ordered, prefix + LAST_CHARACTER);
    const all = () => this.byWord.of(ordered.slice(from, to));
    if (to - from <= WORDS_COUNTED) return all();
    return { size: this.estimate(ordered, from, to), each: () => all().each() };
  }

  /** From words at even distances. */
  private estimate(ordered: readonly string[], from: number, to: number): number {
    const distance = (to - from) / WORDS_COUNTED;
    let things = 0;
    for (let i = 0; i < WORDS_COUNTED; i += 1) {
      things += this.byWord.sizeOf(ordered[from + Math.floor(i * distance)]!);
    }
    return Math.ceil(things * distance);
  }
}

function firstNotBelow(ordered: readonly string[], word: string): number {
  let [low, high] = [0, ordered.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (ordered[middle]! < word) low = middle + 1;
    else high = middle;
  }
  return low;
}
