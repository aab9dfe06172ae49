import type { ModelMovement } from './inventoryModel';
import type { OrderStep } from './modelSteps';

/** A tenant's settings; the default location by its number. */
export interface ModelSettings {
  location: number;
  unknownItems: 'REJECT' | 'RECORD';
  subscriptionItems: 'TRACK' | 'IGNORE';
}

const RECURRING = ['ORDER_EDITED', 'ORDER_REFUNDED'];

/** What a call for an order means under some settings; `name` is of an item. */
export function orderMovement(
  step: OrderStep,
  token: string,
  { location, unknownItems, subscriptionItems }: ModelSettings,
  name: (product: number, location: number) => string,
): ModelMovement {
  const { operation, reason, restricted, lines, requestId } = step;
  const sums: Record<string, number> = {};
  for (const line of lines) {
    const what = `${line.product} ${line.location} ${line.subscriptionItem}`;
    sums[what] = (sums[what] ?? 0) + line.quantity;
  }
  const canonical = Object.entries(sums).sort();
  return {
    lines: lines.map((line) => ({
      item: name(line.product, line.location ?? location),
      units: operation === 'DECREMENT' ? -line.quantity : line.quantity,
      reserved: 0,
      guard:
        subscriptionItems === 'IGNORE' && line.subscriptionItem
          ? 'ignored'
          : restricted
            ? 'strict'
            : 'unrestricted',
    })),
    creates: unknownItems === 'RECORD' && !restricted,
    repeat: {
      orderId: `order ${step.order}`,
      direction: operation === 'DECREMENT' ? '-' : '+',
      token,
      request:
        requestId === null
          ? null
          : JSON.stringify([operation, requestId, reason, restricted, canonical]),
      content: RECURRING.includes(reason) ? null : JSON.stringify([operation, reason, canonical]),
    },
  };
}
