import { keys } from '../src/redis/keys';

/** What the posting script is given for one order, apart from what is always the same here. */
export interface ScriptCall {
  tenantId: string;
  orderId: string;
  direction: '-' | '+';
  /** Packed lines. */
  lines: Buffer;
  /** JSON text for the ledger entry. */
  cause: string;
  /** 12 bytes each. */
  digests: { call: Buffer; content: Buffer };
}

const RETENTION_MS = 7 * 24 * 3600 * 1000;

/** How many of the arguments are keys. */
export const scriptKeys = 7;

/** Keys and arguments of postMovement, written down by hand (its header lists them). */
export function scriptArguments(call: ScriptCall): (string | number | Buffer)[] {
  const { tenantId } = call;
  return [
    keys.levels(tenantId),
    keys.ledger(tenantId),
    keys.order(tenantId, call.orderId),
    keys.call(tenantId, ''),
    keys.documents(tenantId),
    keys.statusIndex(tenantId),
    keys.lowStockIndex(tenantId),
    call.lines,
    call.cause,
    0,
    RETENTION_MS,
    call.direction,
    call.digests.call,
    call.digests.content,
    '',
    '',
    '',
    0,
    '',
    '',
    '',
  ];
}
