import { createHash } from 'node:crypto';
import type { MovementLine, OrderReason } from '../core/movement';
import type { OrderDigests } from '../redis/commands';
import type { OrderCall } from './moveForOrder';

/**
 * Reasons an order sees once per direction. ORDER_EDITED and ORDER_REFUNDED recur with equal
 * content, so content says nothing about a repeat there.
 */
const ONCE_PER_DIRECTION: readonly OrderReason[] = [
  'ORDER_PLACED',
  'ORDER_PAID',
  'ORDER_CANCELED',
  'ORDER_REJECTED',
];

const MAY_RECUR = Buffer.alloc(12);

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest().subarray(0, 12);
}

/** How repeats of a call are recognized (docs/concepts): by the call itself, and by its content. */
export function orderDigests(call: OrderCall, lines: readonly MovementLine[]): OrderDigests {
  return { call: callDigest(call), content: contentDigest(call, lines) };
}

/**
 * The call as it was sent, not as it was resolved: a retry is recognized although the default
 * location changed in between. With a request id the token may differ (it is signed anew).
 */
function callDigest({ operation, requestId, token, ...call }: OrderCall): Buffer {
  if (requestId === undefined) return digest(`${operation}\ntoken\n${token}`);
  const lines = call.lines.map((line) => [
    line.appId,
    line.productId,
    line.variantId,
    line.locationId,
    line.quantity,
    line.subscriptionItem,
  ]);
  const content = [requestId, call.orderId, call.reason, call.restricted, lines];
  return digest(`${operation}\nrequest\n${JSON.stringify(content)}`);
}

function contentDigest(call: OrderCall, lines: readonly MovementLine[]): Buffer {
  if (!ONCE_PER_DIRECTION.includes(call.reason)) return MAY_RECUR;
  const units = new Map<string, number>();
  for (const line of lines) {
    const item = `${line.key.toString('latin1')}${line.guard === 'ignored' ? 'i' : ''}`;
    units.set(item, (units.get(item) ?? 0) + line.units);
  }
  const canonical = [...units].map(([item, sum]) => `${item}${sum}`).sort();
  return digest(`${call.operation}\n${call.reason}\n${canonical.join('\n')}`);
}
