/** Things that come one after another, and how many they are, at the most or about. */
export interface Candidates<T> {
  size: number;
  each: () => Iterable<T>;
}

/**
 * Groups of things by a key. A group of one, by far the commonest, costs no set.
 */
export class ItemGroups<K, T extends object> {
  private readonly groups = new Map<K, T | Set<T>>();

  add(key: K, thing: T): void {
    const group = this.groups.get(key);
    if (group === undefined) this.groups.set(key, thing);
    else if (group instanceof Set) group.add(thing);
    else this.groups.set(key, new Set([group, thing]));
  }

  remove(key: K, thing: T): void {
    const group = this.groups.get(key);
    if (group === thing) this.groups.delete(key);
    if (!(group instanceof Set)) return;
    group.delete(thing);
    if (group.size === 0) this.groups.delete(key);
  }

  has(key: K): boolean {
    return this.groups.has(key);
  }

  sizeOf(key: K): number {
    const group = this.groups.get(key);
    return group instanceof Set ? group.size : Number(group !== undefined);
  }

  keys(): Iterable<K> {
    return this.groups.keys();
  }

  /** All things of some groups. A thing that is in several of them comes once. */
  of(wanted: readonly K[]): Candidates<T> {
    const groups = [...new Set(wanted)].flatMap((key) => this.groups.get(key) ?? []);
    const sets = groups.map((group) => (group instanceof Set ? group : [group]));
    const size = groups.reduce((sum, group) => sum + (group instanceof Set ? group.size : 1), 0);
    return { size, each: () => (sets.length === 1 ? sets[0]! : distinct(sets)) };
  }
}

/** Everything in any of the sources; known only when each of them is. */
export function unionOf<T>(
  sources: readonly (Candidates<T> | undefined)[],
): Candidates<T> | undefined {
  const known = sources.filter((source) => source !== undefined);
  if (known.length < sources.length) return undefined;
  const size = known.reduce((sum, source) => sum + source.size, 0);
  return { size, each: () => distinct(known.map((source) => source.each())) };
}

function* distinct<T>(sources: readonly Iterable<T>[]): Iterable<T> {
  const seen = new Set<T>();
  for (const source of sources) {
    for (const thing of source) {
      if (seen.has(thing)) continue;
      seen.add(thing);
      yield thing;
    }
  }
}
