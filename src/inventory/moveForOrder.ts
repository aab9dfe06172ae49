import { InventoryError } from '../core/errors';
import { guidOfKey, itemKey, type ItemIdentity } from '../core/identity';
import type { LineGuard, MovementLine, OrderReason } from '../core/movement';
import { postMovement, type PostMovement, type PostOutcome } from '../redis/commands';
import type { InventoryDeps } from './deps';
import { orderDigests } from './orderDigests';
import { withSettings, type TenantSettings } from './settings';

/** A line of an order: so many units of a product or variant. */
export interface OrderLine extends Omit<ItemIdentity, 'locationId'> {
  /** GUID; null: the tenant's default location. */
  locationId: string | null;
  /** 1..100,000. */
  quantity: number;
  subscriptionItem: boolean;
}

/** A call that takes stock for an order, or gives it back. */
export interface OrderCall {
  tenantId: string;
  operation: 'DECREMENT' | 'INCREMENT';
  /** GUID. */
  orderId: string;
  reason: OrderReason;
  /** True: all or nothing within what is available. False: may go below zero. */
  restricted: boolean;
  /** 1..300. */
  lines: readonly OrderLine[];
  /** The signed token the call came in. */
  token: string;
  requestId?: string;
  /** Who acts for the order, `<kind>:<id>`. */
  actor?: string;
}

/**
 * Takes an order's stock or gives it back, exactly once: a repeat changes nothing and has the
 * outcome that was recorded first.
 *
 * @throws InventoryError UNKNOWN_ITEM, QUANTITY_OUT_OF_RANGE, INSUFFICIENT_AVAILABLE with the lines
 *   they are about; REDIS_UNAVAILABLE
 */
export async function moveForOrder(deps: InventoryDeps, call: OrderCall): Promise<PostOutcome> {
  return withSettings(deps, call.tenantId, async (settings) => {
    const identities = call.lines.map(({ locationId, appId, productId, variantId }) => ({
      appId,
      productId,
      variantId,
      locationId: locationId ?? settings.defaultLocationId,
    }));
    const lines = movementLines(call, identities, settings);
    const post = movementOf(deps, call, lines, settings.revision);
    try {
      return await postMovement(deps.redis, post);
    } catch (error) {
      if (!(error instanceof InventoryError)) throw error;
      const records = settings.unknownItems === 'RECORD' && !call.restricted;
      if (error.code !== 'UNKNOWN_ITEM' || !records) throw nameLines(error, lines);
      const documents = documentsFor(new Set(error.details.itemIds), lines, identities);
      return await postMovement(deps.redis, { ...post, documents });
    }
  });
}

function movementLines(
  call: OrderCall,
  identities: readonly ItemIdentity[],
  settings: TenantSettings,
): MovementLine[] {
  const sign = call.operation === 'DECREMENT' ? -1 : 1;
  const guard: LineGuard = call.restricted ? 'strict' : 'unrestricted';
  const ignoring = settings.subscriptionItems === 'IGNORE';
  return call.lines.map((line, i) => ({
    key: itemKey(call.tenantId, identities[i]!),
    units: sign * line.quantity,
    guard: ignoring && line.subscriptionItem ? 'ignored' : guard,
  }));
}

function movementOf(
  { retentionMs }: InventoryDeps,
  call: OrderCall,
  lines: MovementLine[],
  settingsRevision: number,
): PostMovement {
  const { tenantId, operation, reason, orderId, actor, requestId } = call;
  const direction = operation === 'DECREMENT' ? '-' : '+';
  return {
    tenantId,
    lines,
    cause: {
      operation,
      reason,
      orderId,
      ...(actor !== undefined && { actor }),
      ...(requestId !== undefined && { requestId }),
    },
    settingsRevision,
    retentionMs,
    order: { direction, digests: orderDigests(call, lines) },
  };
}

function documentsFor(
  itemIds: ReadonlySet<string>,
  lines: readonly MovementLine[],
  identities: readonly ItemIdentity[],
) {
  return lines.flatMap(({ key, guard }, i) =>
    guard !== 'ignored' && itemIds.has(guidOfKey(key))
      ? [{ key, json: JSON.stringify(identities[i]) }]
      : [],
  );
}

/** Adds to a refusal which of the caller's lines it is about. */
function nameLines(error: InventoryError, lines: readonly MovementLine[]): InventoryError {
  const places = new Map<string, number[]>();
  lines.forEach(({ key }, i) => {
    const id = guidOfKey(key);
    places.set(id, [...(places.get(id) ?? []), i]);
  });
  const { shortages, itemIds } = error.details;
  return new InventoryError(error.code, error.message, {
    ...error.details,
    ...(itemIds && { lines: itemIds.flatMap((id) => places.get(id) ?? []) }),
    ...(shortages && {
      shortages: shortages.map((short) => ({ ...short, lines: places.get(short.itemId) ?? [] })),
    }),
  });
}
