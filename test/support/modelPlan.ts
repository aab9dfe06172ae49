import type { AvailabilityStatus } from '../../src/core/item';
import type {
  ModelLevel,
  ModelLine,
  ModelOutcome,
  ModelShortage,
  OrderItems,
} from './inventoryModel';

/*
 * What one line of a movement does, for the model of the hub.
 */

const QUANTITY_LIMIT = 1_000_000_000;
const UNITS_LIMIT = 2_000_000_000;

/** An item nobody has said anything of. */
export function newLevel(): ModelLevel {
  return {
    tracked: true,
    inStock: false,
    preorderEnabled: false,
    revision: 0,
    quantity: 0,
    reserved: 0,
    preorderLimit: 100_000,
    preorderCounter: 0,
    lowStockThreshold: null,
  };
}

/** Lines of one item are one, strict when any is; ignored lines stay as they are. */
export function sumLines(lines: readonly ModelLine[]): ModelLine[] {
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

/** What a line would do, or why it can't. */
interface Plan {
  outcome: ModelOutcome;
  shortage?: ModelShortage;
  outOfRange?: boolean;
}

/** What a line does to its item. */
export function planLine(
  line: ModelLine,
  before: ModelLevel | undefined,
  orderItems: OrderItems | undefined,
): Plan {
  const { item, guard, stock } = line;
  const units = stock?.absolute ? line.units - (before?.quantity ?? 0) : line.units;
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
    ? split(level, units, hold, order.preordered, stock === undefined)
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
function split(
  level: ModelLevel,
  units: number,
  hold: number,
  ownPreordered: number,
  mayPreorder: boolean,
) {
  // What was preordered of an item that was deleted is not on preorder of the next one.
  const onPreorder = Math.min(ownPreordered, level.preorderCounter);
  const givenBack = units > 0 ? Math.min(units, onPreorder) : 0;
  const stock = Math.max(level.quantity - level.reserved, 0);
  const wanted = hold - (units - givenBack);
  const uncovered = Math.max(wanted - stock, 0);
  const left =
    mayPreorder && level.preorderEnabled ? level.preorderLimit - level.preorderCounter : 0;
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
