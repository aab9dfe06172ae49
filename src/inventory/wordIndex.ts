import { ItemGroups, type Candidates } from './itemGroups';

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

  /** All things with a word that begins with the prefix, each once. */
  startingWith(prefix: string): Candidates<T> {
    this.ordered ??= [...this.byWord.keys()].sort();
    const words: string[] = [];
    for (let i = firstNotBelow(this.ordered, prefix); i < this.ordered.length; i += 1) {
      const word = this.ordered[i]!;
      if (!word.startsWith(prefix)) break;
      words.push(word);
    }
    return this.byWord.of(words);
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
