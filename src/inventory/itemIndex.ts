import {
  availabilityStatus,
  type AvailabilityStatus,
  type InventoryItem,
  type ItemDocument,
  type Level,
} from '../core/item';
import { isLowOnStock, itemWords, wordsOf, type ItemFilter } from '../core/itemFilter';
import type { LedgerEntry } from '../core/movement';
import { ItemGroups, unionOf, type Candidates } from './itemGroups';
import { WordIndex } from './wordIndex';

/**
 * A tenant's items in this process's memory, by everything a list is commonly asked for. It is a
 * reader of the ledger: `applyEntry` moves it on. Nothing in it is stored anywhere.
 */
export class ItemIndex {
  /** The last ledger entry applied; empty: none. */
  lastLedgerId = '';
  readonly items = new Map<string, InventoryItem>();
  private readonly byProduct = new ItemGroups<string, InventoryItem>();
  private readonly byVariant = new ItemGroups<string | null, InventoryItem>();
  private readonly bySku = new ItemGroups<string, InventoryItem>();
  private readonly byLocation = new ItemGroups<string, InventoryItem>();
  private readonly byStatus = new ItemGroups<AvailabilityStatus, InventoryItem>();
  private readonly byLowStock = new ItemGroups<boolean, InventoryItem>();
  private readonly words = new WordIndex<InventoryItem>();

  /** Takes an item as it is stored, unless this or a later state of it is known. */
  put(id: string, level: Level, document: ItemDocument): void {
    const known = this.items.get(id);
    if (known && known.revision >= level.revision) return;
    if (known) this.index(known, 'remove');
    const item: InventoryItem = { id, ...level, ...document };
    this.items.set(id, item);
    this.index(item, 'add');
  }

  /** Moves on by one ledger entry. */
  applyEntry(entry: LedgerEntry): void {
    for (const { itemId, level, document, deleted } of entry.lines) {
      const item = this.items.get(itemId);
      if (!level || (item && item.revision >= level.revision)) continue;
      if (deleted && item) {
        this.index(item, 'remove');
        this.items.delete(itemId);
        continue;
      }
      if (document) this.put(itemId, level, document);
      else if (item) this.setLevel(item, level);
    }
    this.lastLedgerId = entry.id;
  }

  /**
   * Items among which all are that a filter asks for: from the smallest of the indexes that serve
   * it, else all items.
   */
  candidates(filter: ItemFilter): Candidates<InventoryItem> {
    const all = { size: this.items.size, each: () => this.items.values() };
    return this.smallest(filter) ?? all;
  }

  private smallest(filter: ItemFilter): Candidates<InventoryItem> | undefined {
    const { ids, productIds, variantIds, skus, locationIds, statuses, lowStock, text } = filter;
    const served = [
      ids && this.byIds(ids),
      productIds && this.byProduct.of(productIds),
      variantIds && this.byVariant.of(variantIds),
      skus && this.bySku.of(skus),
      locationIds && this.byLocation.of(locationIds),
      statuses && this.byStatus.of(statuses),
      lowStock === undefined ? undefined : this.byLowStock.of([lowStock]),
      ...wordsOf(text ?? '').map((prefix) => this.words.startingWith(prefix)),
      ...(filter.and ?? []).map((part) => this.smallest(part)),
      filter.or && unionOf(filter.or.map((part) => this.smallest(part))),
    ].filter((candidates) => candidates !== undefined);
    if (served.length === 0) return undefined;
    return served.reduce((best, other) => (other.size < best.size ? other : best));
  }

  private byIds(ids: readonly string[]): Candidates<InventoryItem> {
    const items = [...new Set(ids)].flatMap((id) => this.items.get(id) ?? []);
    return { size: items.length, each: () => items };
  }

  private setLevel(item: InventoryItem, level: Level): void {
    const before = { status: availabilityStatus(item), low: isLowOnStock(item) };
    Object.assign(item, level);
    const after = { status: availabilityStatus(item), low: isLowOnStock(item) };
    if (before.status !== after.status) {
      this.byStatus.remove(before.status, item);
      this.byStatus.add(after.status, item);
    }
    if (before.low !== after.low) {
      this.byLowStock.remove(before.low, item);
      this.byLowStock.add(after.low, item);
    }
  }

  private index(item: InventoryItem, action: 'add' | 'remove'): void {
    this.byProduct[action](item.productId, item);
    this.byVariant[action](item.variantId, item);
    if (item.sku !== undefined) this.bySku[action](item.sku, item);
    this.byLocation[action](item.locationId, item);
    this.byStatus[action](availabilityStatus(item), item);
    this.byLowStock[action](isLowOnStock(item), item);
    for (const word of new Set(itemWords(item))) this.words[action](word, item);
  }
}
