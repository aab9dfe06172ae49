import type { ItemIdentity } from './identity';

/** Why a call can be refused for want of an item. */
export type RefusalCode = 'INSUFFICIENT_AVAILABLE' | 'UNKNOWN_ITEM';

/** One item of a refused call. */
export interface RefusedLine {
  itemId: string;
  code: RefusalCode;
  /** Of an unknown item: what the caller named, where it named more than an item id. */
  reference?: ItemIdentity;
  /** Units asked for. */
  requested: number;
  /** Units there were: stock and preorder capacity; 0 of an unknown item. */
  available: number;
  /** Units that the order had taken of the item by then; absent: none. */
  taken?: number;
}

/** A call that was refused for want of stock, or because an item is unknown. */
export interface RefusedCall {
  /** What the call was answered: with an unknown and a short item, that one is unknown. */
  code: RefusalCode;
  operation: string;
  reason?: string;
  orderId?: string;
  actor?: string;
  requestId?: string;
  /** Every item it was refused for. */
  lines: RefusedLine[];
}

/** A refused call as it is kept. */
export interface Refusal extends RefusedCall {
  /** Stream id `<ms>-<number>`; rises. */
  id: string;
  /** Redis time, ms since 1970. */
  timeMs: number;
}
