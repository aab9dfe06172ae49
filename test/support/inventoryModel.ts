import type { AvailabilityStatus, Level } from '../../src/core/item';
import type { LineGuard } from '../../src/core/movement';
import type { LevelChange } from '../../src/redis/packing';

/*
 * What the hub must do, written from the rules in docs/concepts and not from the scripts: objects,
 * no bytes, no clever order. Time is left out (nothing expires here).
 */

const QUANTITY_LIMIT = 1_000_000_000;
const UNITS_LIMIT = 2_000_000_000;

export type ModelLevel = Omit<Level, 'updatedMs'>;

/** A line as it reaches the store. */
export interface ModelLine {
  item: string;
  units: number;
  reserved: number;
  guard: LineGuard;
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
  | { word: 'UNKNOWN_ITEM' | 'QUANTITY_OUT_OF_RANGE'; items: string[] }
  | { word: 'INSUFFICIENT_AVAILABLE'; shortages: ModelShortage[] };

type OrderItems = Map<string, { taken: number; returned: number; preordered: number }>;

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

function newLevel(): ModelLevel {
  return {
    tracked: true,
    inStock: false,
    preorderEnabled: false,
    revision: 0,
    quantity: 0,
    reserved: 0,
    preorderLimit: 0,
    preorderCounter: 0,
    lowStockThreshold: null,
  };
}

/** Lines of one item are one, strict when any is; ignored lines stay as they are. */
function sumLines(lines: readonly ModelLine[]): ModelLine[] {
  const sums: ModelLine[] = [];
  for (const line of lines) {
    const sum = sums.find(({ item, guard }) => item === line.item && guard !== 'ignored');
    if (!sum || line.guard === 'ignored') {
      sums.push({ ...line });
      continue;
    }
    sum.units += line.units;
    sum.reserved += line.reserved;
    if (line.guard === 'strict') sum.guard = 'strict';
  }
  return sums;
}

interface Plan {
  outcome: ModelOutcome;
  shortage?: ModelShortage;
  outOfRange?: boolean;
}

function planLine(
  line: ModelLine,
  before: ModelLevel | undefined,
  orderItems: OrderItems | undefined,
): Plan {
  const { item, units, guard } = line;
  const still = { delta: 0, preorderDelta: 0, overReturn: false, shortfall: false, fellLow: false };
  if (guard === 'ignored') {
    const level = before ?? null;
    const outcome = { item, units, ...still, level, statusBefore: null, created: false };
    return { outcome: { ...outcome, ignored: true } };
  }
  const level = before ?? newLevel();
  const order = orderItems?.get(item) ?? { taken: 0, returned: 0, preordered: 0 };
  const hold = level.tracked ? line.reserved : 0;
  const { fromPreorder, missing } = level.tracked
    ? split(level, units, hold, order.preordered)
    : { fromPreorder: 0, missing: isSellable(level) ? 0 : Math.max(-units, 0) };
  const requested = hold - units;
  const delta = level.tracked ? units + fromPreorder : 0;
  const after: ModelLevel = {
    ...level,
    quantity: level.quantity + delta,
    reserved: level.reserved + hold,
    preorderCounter: level.preorderCounter + fromPreorder,
  };
  const changed = !before || JSON.stringify(after) !== JSON.stringify(level);
  if (changed) after.revision += 1;
  const outcome: ModelOutcome = {
    item,
    units,
    delta,
    preorderDelta: fromPreorder,
    level: after,
    statusBefore: before ? statusOf(before) : null,
    ignored: false,
    created: !before,
    overReturn: orderItems !== undefined && units > 0 && order.returned + units > order.taken,
    shortfall: missing > 0,
    fellLow: isLow(after) && !isLow(level),
  };
  const tooMany = Math.max(units, -units, requested) > UNITS_LIMIT;
  if (missing > 0 && guard === 'strict' && !tooMany) {
    return { outcome, shortage: { item, requested, available: requested - missing } };
  }
  const outside =
    Math.abs(after.quantity) > QUANTITY_LIMIT ||
    after.reserved < 0 ||
    after.reserved > QUANTITY_LIMIT;
  return { outcome, outOfRange: tooMany || outside };
}

/**
 * Stock first, then what is left for preorder, then nothing; given back first is what this order
 * has on preorder. A hold is of stock only.
 */
function split(level: ModelLevel, units: number, hold: number, ownPreordered: number) {
  const givenBack = units > 0 ? Math.min(units, ownPreordered) : 0;
  const stock = Math.max(level.quantity - level.reserved, 0);
  const wanted = hold - (units - givenBack);
  const uncovered = Math.max(wanted - stock, 0);
  const left = level.preorderEnabled ? level.preorderLimit - level.preorderCounter : 0;
  const toPreorder = Math.min(uncovered, Math.max(left, 0), Math.max(-units, 0));
  return { fromPreorder: toPreorder - givenBack, missing: uncovered - toPreorder };
}

function isSellable({ inStock, preorderEnabled }: ModelLevel): boolean {
  return inStock || preorderEnabled;
}

/** Wix' availability status, net of reservations. */
export function statusOf(level: ModelLevel): AvailabilityStatus {
  const inStock = level.tracked ? level.quantity - level.reserved > 0 : level.inStock;
  if (inStock) return 'IN_STOCK';
  const open = !level.tracked || level.preorderLimit - level.preorderCounter > 0;
  return level.preorderEnabled && open ? 'PREORDER' : 'OUT_OF_STOCK';
}

export function isLow({ tracked, quantity, reserved, lowStockThreshold }: ModelLevel): boolean {
  return tracked && lowStockThreshold !== null && quantity - reserved <= lowStockThreshold;
}
