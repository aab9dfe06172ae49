import type { InventoryItem } from '../core/item';
import type { QueryOrder, QueryPlace } from '../core/queryOrder';

interface Kept {
  item: InventoryItem;
  place: QueryPlace;
  /** Whether the item is a copy. */
  fixed: boolean;
}

/**
 * The first items of an order out of many that come in any order: a heap whose top is the last of
 * the best, so that most items cost one comparison.
 */
export class BestItems {
  private readonly kept: Kept[] = [];

  /** @param fromEnd keep the last items of the order instead */
  constructor(
    private readonly order: QueryOrder<InventoryItem>,
    private readonly size: number,
    private readonly fromEnd = false,
  ) {}

  offer(item: InventoryItem): void {
    const { kept, size } = this;
    if (kept.length < size) {
      kept.push({ item, place: this.order.placeOf(item), fixed: false });
      this.rise(kept.length - 1);
      return;
    }
    const worst = kept[0];
    if (!worst) return;
    const compared = this.order.compareThing(item, worst.place);
    if (this.fromEnd ? compared <= 0 : compared >= 0) return;
    kept[0] = { item, place: this.order.placeOf(item), fixed: false };
    this.sink(0);
  }

  /** Copies the items kept: one that moves on must still be shown where it was found. */
  fix(): void {
    for (const entry of this.kept) {
      if (entry.fixed) continue;
      entry.item = { ...entry.item };
      entry.fixed = true;
    }
  }

  /** The items kept, as copies, in order. One that was offered twice comes once. */
  inOrder(): InventoryItem[] {
    this.fix();
    const ordered = [...this.kept].sort((a, b) => this.order.comparePlaces(a.place, b.place));
    const byId = new Map(ordered.map(({ item }) => [item.id, item]));
    return byId.size === ordered.length
      ? ordered.map(({ item }) => item)
      : ordered.map(({ item }) => item).filter((item) => byId.get(item.id) === item);
  }

  /** Whether the first of two entries is the worse one. */
  private worse(a: Kept, b: Kept): boolean {
    const compared = this.order.comparePlaces(a.place, b.place);
    return this.fromEnd ? compared < 0 : compared > 0;
  }

  private rise(from: number): void {
    const { kept } = this;
    for (let at = from; at > 0;) {
      const above = (at - 1) >>> 1;
      if (!this.worse(kept[at]!, kept[above]!)) return;
      [kept[at], kept[above]] = [kept[above]!, kept[at]!];
      at = above;
    }
  }

  private sink(from: number): void {
    const { kept } = this;
    for (let at = from; ;) {
      let worst = at;
      for (const below of [2 * at + 1, 2 * at + 2]) {
        if (below < kept.length && this.worse(kept[below]!, kept[worst]!)) worst = below;
      }
      if (worst === at) return;
      [kept[at], kept[worst]] = [kept[worst]!, kept[at]!];
      at = worst;
    }
  }
}
