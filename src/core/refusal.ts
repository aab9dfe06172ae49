import type { ItemIdentity } from './identity';

/** One item of a refused call. */
export interface RefusedLine {
  itemId: string;
  /** What the caller named, where it named more than an item id. */
  reference?: ItemIdentity;
  /** Units asked for. */
  requested: number;
  /** Units there were: stock and preorder capacity; 0 of an unknown item. */
  available: number;
}

/** A call that was refused for want of stock, or because an item is unknown. */
export interface RefusedCall {
  code: 'INSUFFICIENT_AVAILABLE' | 'UNKNOWN_ITEM';
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
