import { availabilityStatus, availableOf } from '../core/item';
import type { StockExplanation as CoreExplanation } from '../inventory/explainStock';
import type { ItemHistory } from '../inventory/historyPage';
import type { MovementPage } from '../inventory/movements';
import type { StockAt as CoreStockAt } from '../inventory/stockAt';
import type { ItemMovement, ItemMovementConnection, MovementConnection } from './history.type';
import { presentMovement } from './presentMovement';
import type { StockAt, StockExplanation } from './stock.type';

/** A page of movements in the words of the schema. */
export function presentMovements(page: MovementPage, after: string | undefined) {
  const nodes = page.movements.map(presentMovement);
  return connection(nodes, page, after) satisfies MovementConnection;
}

/** A page of an item's history in the words of the schema. */
export function presentHistory(page: ItemHistory, after: string | undefined) {
  const nodes = page.steps.map(presentStep);
  return connection(nodes, page, after) satisfies ItemMovementConnection;
}

function connection<Node extends { id: string }>(
  nodes: Node[],
  { hasMore, endCursor }: { hasMore: boolean; endCursor: string | null },
  after: string | undefined,
) {
  return {
    nodes,
    edges: nodes.map((node) => ({ node, cursor: node.id })),
    pageInfo: {
      hasNextPage: hasMore,
      hasPreviousPage: after !== undefined,
      startCursor: nodes[0]?.id ?? null,
      endCursor,
    },
  };
}

function presentStep({ line, ...step }: ItemHistory['steps'][number]): ItemMovement {
  const level = line.level!;
  return {
    id: step.id,
    sequence: String(step.sequence),
    time: new Date(step.timeMs),
    operation: step.operation,
    reason: step.reason ?? null,
    orderId: step.orderId ?? null,
    actor: step.actor ?? null,
    requestId: step.requestId ?? null,
    reference: step.reference ?? null,
    asOf: step.asOf ?? null,
    units: line.units,
    delta: line.delta,
    preorderDelta: line.preorderDelta,
    quantityAfter: level.quantity,
    reservedAfter: level.reserved,
    availableAfter: availableOf(level),
    revision: String(level.revision),
    statusBefore: line.statusBefore,
    statusAfter: availabilityStatus(level),
    created: line.created,
    shortfall: line.shortfall,
    overReturn: line.overReturn,
  };
}

/** Stock at a moment in the words of the schema; its item is looked up when asked for. */
export function presentStockAt({ itemId, level, exact }: CoreStockAt): Omit<StockAt, 'item'> {
  const tracked = level?.tracked ?? null;
  return {
    itemId: itemId.toLowerCase(),
    existed: level !== null,
    exact,
    tracked,
    quantity: tracked ? level!.quantity : null,
    reserved: level?.reserved ?? null,
    available: tracked ? availableOf(level!) : null,
    inStock: tracked === false ? level!.inStock : null,
    preordered: level?.preorderCounter ?? null,
    availabilityStatus: level && availabilityStatus(level),
  };
}

/** An explanation in the words of the schema. */
export function presentExplanation(explained: CoreExplanation): StockExplanation {
  const { itemId, level, available, opening, changes, movements } = explained;
  const { timeMs, ...start } = opening;
  return {
    itemId,
    tracked: level.tracked,
    quantity: level.quantity,
    reserved: level.reserved,
    available,
    preordered: level.preorderCounter,
    opening: { ...start, time: timeMs === null ? null : new Date(timeMs) },
    changes: changes.map(({ lastTimeMs, ...change }) => ({
      ...change,
      lastTime: new Date(lastTimeMs),
    })),
    movements,
  };
}
