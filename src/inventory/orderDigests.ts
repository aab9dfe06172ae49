import { hash } from 'node:crypto';
import type { OrderReason } from '../core/movement';
import type { OrderDigests } from '../redis/commands';
import type { OrderCall, OrderLine } from './moveForOrder';

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
  return hash('sha256', text, 'buffer').subarray(0, 12);
}

/**
 * How repeats of a call are recognized (docs/concepts): by the call itself, and by its content.
 * Both are taken from the call as it was sent, not as it was resolved: a retry is recognized
 * although the default location or a policy changed in between.
 */
export function orderDigests(call: OrderCall): OrderDigests {
  const { operation, reason, orderId, restricted, requestId, token } = call;
  const lines = digestOfLines(call.lines);
  // With a request id the token may differ: a retry may be signed anew.
  const identity =
    requestId === undefined
      ? ['token', token]
      : ['request', requestId, orderId, reason, restricted, lines];
  return {
    call: digest(JSON.stringify([operation, ...identity])),
    content: ONCE_PER_DIRECTION.includes(reason)
      ? digest(JSON.stringify([operation, reason, lines]))
      : MAY_RECUR,
  };
}

/** Equal for lines in any order, and for lines of one item in any split. */
function digestOfLines(lines: readonly OrderLine[]): string {
  const units = new Map<string, number>();
  for (const { appId, productId, variantId, locationId, quantity, subscriptionItem } of lines) {
    // Ids hold no line ends, so that no two items have one text.
    const item = `${variantId ?? productId}\n${appId}\n${locationId ?? ''}\n${subscriptionItem}`;
    units.set(item, (units.get(item) ?? 0) + quantity);
  }
  const canonical: string[] = [];
  units.forEach((sum, item) => canonical.push(`${item}\n${sum}`));
  return hash('sha256', canonical.sort().join('\n'), 'hex');
}
