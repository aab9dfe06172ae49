import { InventoryError, type ErrorCode } from '../core/errors';
import { guidOfKey, itemKey, type ItemIdentity } from '../core/identity';
import type { LineGuard, MovementLine, OrderReason } from '../core/movement';
import { postMovement, type PostMovement, type PostOutcome } from '../redis/commands';
import { ignoreDeletedItems } from './deletedItems';
import type { InventoryDeps } from './deps';
import { nameLines } from './nameLines';
import { orderDigests } from './orderDigests';
import { recordRefusal } from './recordRefusal';
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
 * outcome that was recorded first. A call that was refused for want of stock, or to take an unknown
 * item, is kept among the refusals. When stock is given back, lines of items that were deleted
 * since the order took them are recorded and ignored.
 *
 * @throws InventoryError UNKNOWN_ITEM, QUANTITY_OUT_OF_RANGE, INSUFFICIENT_AVAILABLE with the lines
 *   they are about; REDIS_UNAVAILABLE
 */
export async function moveForOrder(deps: InventoryDeps, call: OrderCall): Promise<PostOutcome> {
  return withSettings(deps, call.tenantId, async (settings) => {
    const lines = movementLines(call, settings);
    const post = movementOf(deps, call, lines, settings.revision);
    const records = settings.unknownItems === 'RECORD' && !call.restricted;
    try {
      return await postMovement(deps.redis, post);
    } catch (error) {
      const unknown = isRefusal(error, 'UNKNOWN_ITEM') ? error.details.itemIds! : [];
      if (!records && unknown.length > 0 && call.operation === 'INCREMENT') {
        const { tenantId, orderId } = call;
        const known = await ignoreDeletedItems(deps, tenantId, orderId, lines, unknown);
        if (known) return postAgain(deps, { ...post, lines: known });
      }
      if (!records || unknown.length === 0) {
        if (call.operation === 'DECREMENT') {
          const references = call.lines.map((line) => identityOf(line, settings));
          await recordRefusal(deps, call.tenantId, error, { ...post, references, post });
        }
        throw nameLines(error, lines);
      }
      const documents = documentsFor(new Set(unknown), lines, call.lines, settings);
      return postAgain(deps, { ...post, documents });
    }
  });
}

async function postAgain({ redis }: InventoryDeps, post: PostMovement): Promise<PostOutcome> {
  return postMovement(redis, post).catch((error: unknown) => {
    throw nameLines(error, post.lines);
  });
}

function isRefusal(error: unknown, code: ErrorCode): error is InventoryError {
  return error instanceof InventoryError && error.code === code;
}

function identityOf(line: OrderLine, settings: TenantSettings): ItemIdentity {
  const { appId, productId, variantId, locationId } = line;
  return { appId, productId, variantId, locationId: locationId ?? settings.defaultLocationId };
}

function movementLines(call: OrderCall, settings: TenantSettings): MovementLine[] {
  const sign = call.operation === 'DECREMENT' ? -1 : 1;
  const guard: LineGuard = call.restricted ? 'strict' : 'unrestricted';
  const ignoring = settings.subscriptionItems === 'IGNORE';
  return call.lines.map((line) => ({
    key: itemKey(call.tenantId, identityOf(line, settings)),
    units: sign * line.quantity,
    guard: ignoring && line.subscriptionItem ? 'ignored' : guard,
  }));
}

function movementOf(
  { retentionMs, orderRetentionMs }: InventoryDeps,
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
    orderRetentionMs,
    order: { direction, digests: orderDigests(call) },
  };
}

function documentsFor(
  itemIds: ReadonlySet<string>,
  lines: readonly MovementLine[],
  orderLines: readonly OrderLine[],
  settings: TenantSettings,
) {
  return lines.flatMap(({ key, guard }, i) =>
    guard !== 'ignored' && itemIds.has(guidOfKey(key))
      ? [{ key, json: JSON.stringify(identityOf(orderLines[i]!, settings)) }]
      : [],
  );
}
