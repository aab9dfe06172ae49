import type { AvailabilityStatus, ItemDocument, Level } from './item';

/** What was done. */
export const operations = [
  'DECREMENT',
  'INCREMENT',
  'IMPORT',
  'CREATE',
  'UPDATE',
  'DELETE',
  'ADJUST',
  'SET',
  'MOVE',
  'COUNT',
] as const;
export type Operation = (typeof operations)[number];

/** Why Wix calls the plugin (Wix inventory service plugin, `reason`). */
export const orderReasons = [
  'ORDER_PLACED',
  'ORDER_PAID',
  'ORDER_CANCELED',
  'ORDER_REFUNDED',
  'ORDER_EDITED',
  'ORDER_REJECTED',
] as const;
export type OrderReason = (typeof orderReasons)[number];

/** Why merchants and their tools change stock, besides the tenant's own codes. */
export const movementReasons = [
  'RECEIVED',
  'CORRECTION',
  'COUNT',
  'RETURNED',
  'DAMAGED',
  'LOST',
  'TRANSFER',
  'INTERNAL_USE',
  'SYNCHRONIZATION',
  'CUSTOM',
] as const;
export type MovementReason = (typeof movementReasons)[number];

/** Why callers of the items' REST change stock (Wix Inventory Items V3, `reason`). */
export const wixReasons = ['ORDER', 'MANUAL', 'REVERT_INVENTORY_CHANGE'] as const;
export type WixReason = (typeof wixReasons)[number];

/** Reason of what an event of Wix changed. */
export const WIX_EVENT_REASON = 'WIX_EVENT';

/** How a line is checked: strict never oversells, unrestricted may go below zero, ignored only
 * leaves a record. */
export type LineGuard = 'strict' | 'unrestricted' | 'ignored';

/** One line of a movement to post. */
export interface MovementLine {
  /** Item id, 16 bytes. */
  key: Buffer;
  /** Signed units of stock. */
  units: number;
  /** Signed units of reservation; default 0. */
  reservedDelta?: number;
  guard: LineGuard;
  /**
   * For changes by merchants: the item must be tracked, and preorders are left alone. `absolute`:
   * the units are the quantity to set. `compareQuantity`: the quantity there must be.
   */
  stockOnly?: { absolute: boolean; compareQuantity: number | null };
  /** Units come from preorder capacity alone, whatever stock there is. */
  preorderOnly?: boolean;
}

/** Who did what and why: the head of a ledger entry. Absent means unknown or not applicable. */
export interface MovementCause {
  operation: Operation;
  reason?: string;
  orderId?: string;
  /** `<kind>:<id>`, such as `wix_user:…`, `member:…`, `app:…`, `cli`. */
  actor?: string;
  /** The caller's id of the call. */
  requestId?: string;
  /** URI of the document behind the movement. */
  reference?: string;
  /** Of a stock take: the place in the ledger it was counted as of. */
  asOf?: string;
  /**
   * Of a stock take: the items that something newer than it has stated the quantity of, so that it
   * left them alone, and the units that were expected of them.
   */
  superseded?: Readonly<Record<string, number>>;
}

/** One item of a ledger entry. */
export interface LedgerLine {
  itemId: string;
  /** Units the movement asked to move, signed; also of untracked and ignored lines. */
  units: number;
  /** Change of the quantity. */
  delta: number;
  /** Change of the preorder counter. */
  preorderDelta: number;
  /** The level right after the movement; null for an ignored line of an unknown item. */
  level: Level | null;
  /** Status right before the movement; null for an item created by it. */
  statusBefore: AvailabilityStatus | null;
  /** The item's document after the movement, when the movement changed it. */
  document?: ItemDocument;
  /** The level right before, of items that were saved or deleted; absent for a new one. */
  levelBefore?: Level;
  /** The document right before, when the movement changed it or deleted the item. */
  documentBefore?: ItemDocument;
  /** Sequence of the entry that wrote `documentBefore`; absent when an older hub wrote the line. */
  documentSince?: number;
  /** The entry before this one about the same item; null: this is its first. */
  previousEntryId: string | null;
  /** A subscription line that the tenant's settings ignore: nothing changed. */
  ignored: boolean;
  created: boolean;
  /** The item is gone after it; its level says what the ledger's sums end at. */
  deleted: boolean;
  /** More was given back than the order had taken. */
  overReturn: boolean;
  /** Accepted although it was not available. */
  shortfall: boolean;
  /** Available units came down to the low stock threshold. */
  fellLow: boolean;
  /** Units were reserved, or a reservation ended. */
  reservedChanged: boolean;
  /**
   * Available units are at or below the threshold in force, right after (of a deleted item, right
   * before); false of an untracked item. Null: an ignored line or one of an older hub.
   */
  lowStock: boolean | null;
  /** The tenant's default threshold, units, when it is the one the item came down to. */
  defaultThreshold?: number;
}

/** One movement as the ledger keeps it. */
export interface LedgerEntry extends MovementCause {
  /** `<time>-<sequence>`: rises from entry to entry, also when the clock goes back. */
  id: string;
  /** Rises by one per entry of the tenant. */
  sequence: number;
  /** Redis time, ms since 1970. */
  timeMs: number;
  lines: LedgerLine[];
}
