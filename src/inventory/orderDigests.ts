import { createHash } from 'node:crypto';
import type { OrderReason } from '../core/movement';
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

/**
 * How repeats of a call are recognized (docs/concepts): by the call itself, and by its content.
 * Both are taken from the call as it was sent, not as it was resolved: a retry is recognized
 * although the default location or a policy changed in between.
 */
export function orderDigests(call: OrderCall): OrderDigests {
  return { call: callDigest(call), content: contentDigest(call) };
}

/** With a request id the token may differ: a retry may be signed anew. */
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

/** Lines in any order, those of one item summed. */
function contentDigest({ operation, reason, lines }: OrderCall): Buffer {
  if (!ONCE_PER_DIRECTION.includes(reason)) return MAY_RECUR;
  const units = new Map<string, number>();
  for (const { appId, productId, variantId, locationId, quantity, subscriptionItem } of lines) {
    const item = JSON.stringify([appId, variantId ?? productId, locationId, subscriptionItem]);
    units.set(item, (units.get(item) ?? 0) + quantity);
  }
  const canonical = [...units].map(([item, sum]) => `${item}${sum}`).sort();
  return digest(`${operation}\n${reason}\n${canonical.join('\n')}`);
}
