import type { HistoryStep } from '../redis/history';

/** A page of an item's history to read. */
export interface HistoryRequest {
  itemId: string;
  /** 1..250. */
  first: number;
  /** Ledger id that the page starts after, in its order. */
  after?: string | undefined;
  oldestFirst: boolean;
}

/** A page of an item's history. */
export interface ItemHistory {
  steps: HistoryStep[];
  /** Whether there is more, in the page's order. */
  hasMore: boolean;
  /** Where the next page starts; null: nothing was looked at. */
  endCursor: string | null;
}

/** Told how many entries were looked at that the pages' lengths do not bound, as it goes on. */
export type OnLooked = (entries: number) => void;
