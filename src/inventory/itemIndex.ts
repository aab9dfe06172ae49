import {
  availabilityStatus,
  type AvailabilityStatus,
  type InventoryItem,
  type ItemDocument,
  type Level,
} from '../core/item';
import {
  isLowOnStock,
  itemWords,
  wordsOf,
  type ItemFilter,
  type NumberRange,
} from '../core/itemFilter';
import { isTextOrder, orderValue, type ItemSortField } from '../core/itemOrder';
import type { LedgerEntry } from '../core/movement';
import { ItemGroups, unionOf, type Candidates } from './itemGroups';
import { OrderedItems } from './orderedItems';
import { WordIndex } from './wordIndex';

/** Conditions whose index holds each item once, under one key. */
const EXACT: readonly (keyof ItemFilter)[] = [
  'ids',
  'productIds',
  'variantIds',
  'skus',
  'locationIds',
  'statuses',
  'lowStock',
];
/** The orders that conditions on ranges are served from. */
const RANGES = {
  quantity: 'QUANTITY',
  available: 'AVAILABLE',
  created: 'CREATED',
  updated: 'UPDATED',
} as const satisfies Partial<Record<keyof ItemFilter, ItemSortField>>;
const rangeNames = Object.keys(RANGES) as (keyof typeof RANGES)[];
/** Orders that a change of an item's level may move it in. */
const LEVEL_ORDERS: readonly ItemSortField[] = ['QUANTITY', 'AVAILABLE', 'UPDATED'];

/** An order of all items; `made` when it can be walked. */
interface Ordered {
  items: OrderedItems;
  made: Promise<OrderedItems>;
}

/**
 * A tenant's items in this process's memory, by everything a list is commonly asked for. It is a
 * reader of the ledger: `applyEntry` moves it on. Nothing in it is stored anywhere.
 */
export class ItemIndex {
  /** The last ledger entry applied; empty: none. */
  lastLedgerId = '';
  /** The last rebuild of the tenant when the items were read; empty: there was none. */
  rebuilt = '';
  /** Low stock threshold of items without one of their own, units; null: none. */
  tenantThreshold: number | null = null;
  readonly items = new Map<string, InventoryItem>();
  private readonly byProduct = new ItemGroups<string, InventoryItem>();
  private readonly byVariant = new ItemGroups<string | null, InventoryItem>();
  private readonly bySku = new ItemGroups<string, InventoryItem>();
  private readonly byLocation = new ItemGroups<string, InventoryItem>();
  private readonly byStatus = new ItemGroups<AvailabilityStatus, InventoryItem>();
  private readonly byLowStock = new ItemGroups<boolean, InventoryItem>();
  private readonly words = new WordIndex<InventoryItem>();
  private readonly orders = new Map<ItemSortField, Ordered>();

  /** Takes an item as it is stored, unless this or a later state of it is known. */
  put(id: string, level: Level, document: ItemDocument): void {
    const known = this.items.get(id);
    if (known && known.revision >= level.revision) return;
    if (known) this.index(known, 'remove');
    const item: InventoryItem = { id, ...level, ...document };
    this.items.set(id, item);
    this.index(item, 'add');
  }

  /** Takes up another default threshold: goes over all items when it changed. */
  useTenantThreshold(threshold: number | null): void {
    if (threshold === this.tenantThreshold) return;
    for (const item of this.items.values()) {
      const [was, is] = [this.tenantThreshold, threshold].map((each) => isLowOnStock(item, each));
      if (was === is) continue;
      this.byLowStock.remove(was!, item);
      this.byLowStock.add(is!, item);
    }
    this.tenantThreshold = threshold;
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
    return this.smallest(filter, new Map()) ?? all;
  }

  /**
   * How many items a filter finds, when an index knows: for an empty filter, and for one condition
   * that an index serves exactly. Else undefined.
   */
  countOf(filter: ItemFilter): number | undefined {
    const [field, ...others] = Object.keys(filter);
    if (field === undefined) return this.items.size;
    if (others.length > 0 || !EXACT.includes(field as keyof ItemFilter)) return undefined;
    return this.smallest(filter, new Map())?.size;
  }

  /** All items in an ascending order. It is made when it is first asked for, and then kept. */
  inOrder(field: ItemSortField): Promise<OrderedItems> {
    const known = this.orders.get(field);
    if (known) return known.made;
    const items = [...this.items.values()];
    // A number may change before it is sorted in; a text comes with another object.
    const values = isTextOrder(field) ? [] : items.map((item) => orderValue(item, field));
    const order = new OrderedItems();
    const made = order
      .fill(items, (i) => values[i] ?? orderValue(items[i]!, field))
      .then(() => order);
    this.orders.set(field, { items: order, made });
    return made;
  }

  /** Makes the orders that a filter's ranges are served from. */
  async makeRangesOf(filter: ItemFilter): Promise<void> {
    for (const name of rangeNames) if (filter[name]) await this.inOrder(RANGES[name]);
    for (const part of [...(filter.and ?? []), ...(filter.or ?? [])]) {
      await this.makeRangesOf(part);
    }
  }

  /** @param known what words begin with, as far as it was looked up: a filter may repeat itself */
  private smallest(
    filter: ItemFilter,
    known: Map<string, Candidates<InventoryItem>>,
  ): Candidates<InventoryItem> | undefined {
    const { ids, productIds, variantIds, skus, locationIds, statuses, lowStock, text } = filter;
    const served = [
      ids && this.byIds(ids),
      productIds && this.byProduct.of(productIds),
      variantIds && this.byVariant.of(variantIds),
      skus && this.bySku.of(skus),
      locationIds && this.byLocation.of(locationIds),
      statuses && this.byStatus.of(statuses),
      lowStock === undefined ? undefined : this.byLowStock.of([lowStock]),
      ...rangeNames.map((name) => this.byRange(name, filter[name])),
      ...wordsOf(text ?? '').map((prefix) => this.byWord(prefix, known)),
      ...(filter.and ?? []).map((part) => this.smallest(part, known)),
      filter.or && unionOf(filter.or.map((part) => this.smallest(part, known))),
    ].filter((candidates) => candidates !== undefined);
    if (served.length === 0) return undefined;
    return served.reduce((best, other) => (other.size < best.size ? other : best));
  }

  private byWord(
    prefix: string,
    known: Map<string, Candidates<InventoryItem>>,
  ): Candidates<InventoryItem> {
    let candidates = known.get(prefix);
    if (!candidates) known.set(prefix, (candidates = this.words.startingWith(prefix)));
    return candidates;
  }

  private byRange(
    name: keyof typeof RANGES,
    range: NumberRange | undefined,
  ): Candidates<InventoryItem> | undefined {
    if (!range) return undefined;
    const order = this.orders.get(RANGES[name])?.items;
    return order?.isMade ? order.between(range) : undefined;
  }

  private byIds(ids: readonly string[]): Candidates<InventoryItem> {
    const items = [...new Set(ids)].flatMap((id) => this.items.get(id) ?? []);
    return { size: items.length, each: () => items };
  }

  private setLevel(item: InventoryItem, level: Level): void {
    const before = {
      status: availabilityStatus(item),
      low: isLowOnStock(item, this.tenantThreshold),
    };
    const places = LEVEL_ORDERS.flatMap((field) => {
      const order = this.orders.get(field)?.items;
      return order ? [{ field, order, value: orderValue(item, field) }] : [];
    });
    Object.assign(item, level);
    for (const { field, order, value } of places) {
      const now = orderValue(item, field);
      if (now === value) continue;
      order.remove(value, item.id);
      order.add(now, item);
    }
    const after = {
      status: availabilityStatus(item),
      low: isLowOnStock(item, this.tenantThreshold),
    };
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
    this.byLowStock[action](isLowOnStock(item, this.tenantThreshold), item);
    for (const word of new Set(itemWords(item))) this.words[action](word, item);
    for (const [field, { items }] of this.orders) {
      const value = orderValue(item, field);
      if (action === 'add') items.add(value, item);
      else items.remove(value, item.id);
    }
  }
}
