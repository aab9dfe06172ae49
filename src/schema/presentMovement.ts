import type { LedgerEntry, LedgerLine } from '../core/movement';
import type { Movement, MovementLine } from './movement.type';

/** A ledger entry in the words of the schema. */
export function presentMovement(entry: LedgerEntry): Movement {
  return {
    id: entry.id,
    sequence: String(entry.sequence),
    time: new Date(entry.timeMs),
    operation: entry.operation,
    reason: entry.reason ?? null,
    orderId: entry.orderId ?? null,
    actor: entry.actor ?? null,
    requestId: entry.requestId ?? null,
    reference: entry.reference ?? null,
    asOf: entry.asOf ?? null,
    lines: entry.lines.map(presentLine),
  };
}

export function presentLine(line: LedgerLine): MovementLine {
  const { itemId, units, delta, preorderDelta, level, ignored, shortfall, overReturn } = line;
  return {
    itemId,
    units,
    delta,
    preorderDelta,
    quantityAfter: ignored ? null : (level?.quantity ?? null),
    reservedAfter: ignored ? null : (level?.reserved ?? null),
    revision: ignored || !level ? null : String(level.revision),
    ignored,
    shortfall,
    overReturn,
  };
}
