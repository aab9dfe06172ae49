import type { AvailabilityStatus, Level } from '../../src/core/item';
import type { LineGuard } from '../../src/core/movement';
import type { LevelChange } from '../../src/redis/packing';
import { newLevel, planLine, statusOf, sumLines } from './modelPlan';

/*
 * What the hub must do, written from the rules in docs/concepts and not from the scripts: objects,
 * no bytes, no clever order. Time is left out (nothing expires here).
 */

export type ModelLevel = Omit<Level, 'updatedMs'>;

/** A line as it reaches the store. */
export interface ModelLine {
  item: string;
  units: number;
  reserved: number;
  guard: LineGuard;
  /** A merchant's change: of stock only. `absolute`: the units are the quantity to set. */
  stock?: { absolute: boolean; compareQuantity: number | null };
}

/** What makes a call a repeat within an order. */
export interface ModelRepeat {
  orderId: string;
  direction: '-' | '+';
  token: string;
  /** Operation, request id and content; null without a request id. */
  request: string | null;
  /** Operation, reason and canonical lines; null when they may recur. */
  content: string | null;
}

/** A movement as it reaches the store. */
export interface ModelMovement {
  lines: readonly ModelLine[];
  /** Unknown items are created. */
  creates: boolean;
  repeat?: ModelRepeat;
  call?: { key: string; input: string };
}

/** What a movement did to an item. */
export interface ModelOutcome {
  item: string;
  units: number;
  delta: number;
  preorderDelta: number;
  level: ModelLevel | null;
  statusBefore: AvailabilityStatus | null;
  ignored: boolean;
  created: boolean;
  overReturn: boolean;
  shortfall: boolean;
  fellLow: boolean;
}

export interface ModelShortage {
  item: string;
  requested: number;
  available: number;
}

/** A reply; `entry` counts accepted changes from 1. */
export type ModelReply =
  | { word: 'OK'; entry: number; lines: ModelOutcome[] }
  | { word: 'REPLAYED' | 'IDEMPOTENCY_KEY_MISMATCH'; entry: number }
  | { word: 'UNKNOWN_ITEM' | 'ITEM_NOT_TRACKED' | 'QUANTITY_OUT_OF_RANGE'; items: string[] }
  | { word: 'COMPARE_QUANTITY_STALE'; items: string[]; quantities: number[] }
  | { word: 'INSUFFICIENT_AVAILABLE'; shortages: ModelShortage[] };

export type OrderItems = Map<string, { taken: number; returned: number; preordered: number }>;

/** An order's record. */
export interface ModelOrder {
  items: OrderItems;
  /** Oldest first. */
  moves: (ModelRepeat & { entry: number })[];
}

/** All a tenant has. */
export class InventoryModel {
  readonly items = new Map<string, ModelLevel>();
  readonly orders = new Map<string, ModelOrder>();
  private readonly calls = new Map<string, { input: string; entry: number }>();
  entries = 0;

  /** Creates or changes an item. True when that was a change. */
  save(item: string, change: LevelChange, changesDocument: boolean): boolean {
    const before = this.items.get(item);
    const after = { ...(before ?? newLevel()), ...change };
    const same = before && JSON.stringify(before) === JSON.stringify(after);
    if (same && !changesDocument) return false;
    this.items.set(item, { ...after, revision: after.revision + 1 });
    this.entries += 1;
    return true;
  }

  /** Deletes an item: what it had is gone. */
  remove(item: string): ModelReply {
    const level = this.items.get(item);
    if (!level) return { word: 'UNKNOWN_ITEM', items: [item] };
    this.items.delete(item);
    this.entries += 1;
    const { quantity, preorderCounter, revision } = level;
    const nothing = { quantity: 0, reserved: 0, preorderCounter: 0, revision: revision + 1 };
    const no = { ignored: false, created: false, overReturn: false };
    const line: ModelOutcome = {
      item,
      units: 0 - quantity,
      delta: 0 - quantity,
      preorderDelta: 0 - preorderCounter,
      level: { ...level, ...nothing },
      statusBefore: statusOf(level),
      ...no,
      shortfall: false,
      fellLow: false,
    };
    return { word: 'OK', entry: this.entries, lines: [line] };
  }

  /** A movement of an order: what comes back does so without what was deleted since. */
  moveOrder(movement: ModelMovement): ModelReply {
    const reply = this.move(movement);
    const { repeat, lines } = movement;
    if (reply.word !== 'UNKNOWN_ITEM' || repeat?.direction !== '+') return reply;
    const taken = this.orders.get(repeat.orderId)?.items;
    if (!reply.items.every((item) => taken?.has(item))) return reply;
    const ignored = (line: ModelLine): ModelLine =>
      reply.items.includes(line.item) ? { ...line, guard: 'ignored' } : line;
    return this.move({ ...movement, lines: lines.map(ignored) });
  }

  move(movement: ModelMovement): ModelReply {
    const { call, repeat } = movement;
    const known = call && this.calls.get(call.key);
    if (known) {
      const word = known.input === call.input ? 'REPLAYED' : 'IDEMPOTENCY_KEY_MISMATCH';
      return { word, entry: known.entry };
    }
    const repeated = repeat && this.repeatedEntry(repeat);
    if (repeated !== undefined) return { word: 'REPLAYED', entry: repeated };

    const lines = sumLines(movement.lines);
    const isUnknown = ({ item, guard }: ModelLine) => guard !== 'ignored' && !this.items.has(item);
    const unknown = lines.filter(isUnknown).map(({ item }) => item);
    if (unknown.length > 0 && !movement.creates) return { word: 'UNKNOWN_ITEM', items: unknown };

    const refusal = this.refusedStock(lines);
    if (refusal) return refusal;

    const orderItems =
      repeat && (this.orders.get(repeat.orderId)?.items ?? (new Map() as OrderItems));
    const plans = lines.map((line) => planLine(line, this.items.get(line.item), orderItems));
    const shortages = plans.flatMap(({ shortage }) => shortage ?? []);
    const outside = plans.filter(({ outOfRange }) => outOfRange).map(({ outcome }) => outcome.item);
    if (outside.length > 0) return { word: 'QUANTITY_OUT_OF_RANGE', items: outside };
    if (shortages.length > 0) return { word: 'INSUFFICIENT_AVAILABLE', shortages };

    this.entries += 1;
    const outcomes = plans.map(({ outcome }) => outcome);
    for (const { item, level, ignored } of outcomes) {
      if (!ignored) this.items.set(item, level!);
    }
    if (repeat) this.recordOrder(repeat, outcomes);
    if (call) this.calls.set(call.key, { input: call.input, entry: this.entries });
    return { word: 'OK', entry: this.entries, lines: outcomes };
  }

  /** Merchants change what is counted, and is as they believe. */
  private refusedStock(lines: readonly ModelLine[]): ModelReply | undefined {
    const untracked = lines.filter(({ item, stock }) => stock && !this.items.get(item)!.tracked);
    if (untracked.length > 0) {
      return { word: 'ITEM_NOT_TRACKED', items: untracked.map(({ item }) => item) };
    }
    const stale = lines.filter(({ item, stock }) => {
      const compared = stock?.compareQuantity ?? null;
      return compared !== null && compared !== this.items.get(item)!.quantity;
    });
    if (stale.length === 0) return undefined;
    const items = stale.map(({ item }) => item);
    const quantities = items.map((item) => this.items.get(item)!.quantity);
    return { word: 'COMPARE_QUANTITY_STALE', items, quantities };
  }

  /** The very same token; else the same request; else the same content, not undone since. */
  private repeatedEntry(repeat: ModelRepeat): number | undefined {
    const moves = this.orders.get(repeat.orderId)?.moves ?? [];
    const { token, request, content, direction } = repeat;
    const same =
      moves.find((move) => move.token === token) ??
      moves.find((move) => request !== null && move.request === request);
    if (same) return same.entry;
    const undone = moves.findLastIndex((move) => move.direction !== direction);
    return moves.slice(undone + 1).findLast((move) => content !== null && move.content === content)
      ?.entry;
  }

  private recordOrder(repeat: ModelRepeat, outcomes: readonly ModelOutcome[]): void {
    const empty: ModelOrder = { items: new Map(), moves: [] };
    const order = this.orders.get(repeat.orderId) ?? empty;
    this.orders.set(repeat.orderId, order);
    order.moves.push({ ...repeat, entry: this.entries });
    for (const { item, units, preorderDelta, ignored } of outcomes) {
      if (ignored) continue;
      const record = order.items.get(item) ?? { taken: 0, returned: 0, preordered: 0 };
      order.items.set(item, {
        taken: record.taken + Math.max(-units, 0),
        returned: record.returned + Math.max(units, 0),
        preordered: record.preordered + preorderDelta,
      });
    }
  }
}
