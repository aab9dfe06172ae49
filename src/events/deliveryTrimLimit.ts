import { HUB_TARGET_ID } from '../core/webhook';
import type { TrimLimit } from '../inventory/trimLimit';
import type { HubRedis } from '../redis/commands';
import { isTargetKnown } from '../redis/tenants';
import { readCursor } from '../redis/webhooks';
import { receiverIds } from './receivers';

/** A cursor: `<time>-<sequence>`, and how many events of that entry are done. */
const CURSOR = /^(\d+)-(\d+)(\+\d+)?$/;

/**
 * Keeps the entries whose events have not been delivered: to subscriptions that are enabled, and to
 * the process-wide target when there is one, or ever was until it was forgotten: another process
 * may send to it. An event that waits for another attempt carries what it needs and keeps no entry.
 */
export function deliveryTrimLimit(
  redis: HubRedis,
  { hasTarget }: { hasTarget: boolean },
): TrimLimit {
  return async (tenantId) => {
    const stored = await receiverIds({ redis, target: undefined }, tenantId);
    const target = hasTarget || (await isTargetKnown(redis));
    const ids = target ? [HUB_TARGET_ID, ...stored] : stored;
    const cursors = await Promise.all(ids.map((id) => readCursor(redis, tenantId, id)));
    const passed = cursors.map(({ cursor }) => passedEntry(cursor ?? ''));
    const [first = null] = passed.sort((one, other) => sequenceOf(one) - sequenceOf(other));
    return first;
  };
}

/** The last entry of which all is done; empty: none. */
function passedEntry(cursor: string): string {
  const [, timeMs, sequence, begun] = CURSOR.exec(cursor) ?? [];
  if (timeMs === undefined) return '';
  return begun === undefined ? cursor : `${timeMs}-${Number(sequence) - 1}`;
}

function sequenceOf(ledgerId: string): number {
  return Number(/-(\d+)$/.exec(ledgerId)?.[1] ?? 0);
}
