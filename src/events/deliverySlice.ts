import type { InventoryEvent } from '../core/inventoryEvent';
import { MAX_WAITING_RETRIES, type PreparedEvent } from '../core/webhook';
import { parkEvents, unparkEvents } from '../redis/undelivered';
import { type CursorMove } from '../redis/webhooks';
import { attemptEvent, ATTEMPTS_AT_ONCE, scheduleRetries, undeliveredText } from './attempt';
import type { DeliveryDeps } from './deliveryDeps';
import { eventSteps, type EventStep } from './eventSteps';
import type { Receiver } from './receivers';
import { prepareEvent } from './wixEnvelope';

/** How long one receiver may be served before others have their turn, ms. */
const SLICE_MS = 2000;

/** Events between two notes of how far delivery came. */
const CHUNK_EVENTS = 64;

/** Where a slice goes on, and how it notes how far it came. */
export interface SliceProgress {
  cursor: string;
  /** Ledger id after which it ends; absent: at the end of the ledger. */
  to?: string;
  waitingRetries: number;
  /** First attempts that failed since the last one that did not. */
  failures: number;
  save(move: CursorMove): Promise<void>;
}

/**
 * Why a slice ended: all is delivered or will be tried again; there is more; the receiver fails;
 * too many events wait for another attempt.
 */
export type SliceEnd = 'done' | 'more' | 'failing' | 'full';

interface Attempted {
  event: PreparedEvent;
  /** Undefined: delivered. */
  failure: string | undefined;
}

/**
 * Delivers a receiver's events from its cursor on, for a short while. First attempts at the events
 * of one item follow one another; those of different items run side by side. A failed event waits
 * for its next attempt, and later ones don't wait for it.
 *
 * The cursor moves when every event before it was delivered or is kept for another attempt: who
 * dies in between has the events since the last note sent once more.
 */
export async function deliverSlice(
  deps: DeliveryDeps,
  receiver: Receiver,
  progress: SliceProgress,
): Promise<SliceEnd> {
  const until = performance.now() + SLICE_MS;
  const { to } = progress;
  for await (const steps of eventSteps(deps.redis, receiver.tenantId, progress.cursor)) {
    const within = to === undefined ? steps : steps.filter(({ cursor }) => isUpTo(cursor, to));
    for (let at = 0; at < within.length;) {
      const size = progress.failures > 0 ? ATTEMPTS_AT_ONCE : CHUNK_EVENTS;
      const chunk = nextChunk(within, at, receiver, size);
      at += chunk.length;
      const failing = await deliverChunk(deps, receiver, progress, chunk);
      if (failing) return 'failing';
      if (progress.waitingRetries >= MAX_WAITING_RETRIES) return 'full';
      if (performance.now() > until || deps.stopping.aborted) return 'more';
    }
    if (within.length < steps.length) return 'done';
  }
  return 'done';
}

/** Ledger ids in their order: by sequence. */
function isUpTo(cursor: string, to: string): boolean {
  const sequence = (ledgerId: string) => Number(/-(\d+)/.exec(ledgerId)?.[1]);
  return sequence(cursor) <= sequence(to);
}

function isWanted({ eventTypes }: Receiver, { event }: EventStep): boolean {
  return event !== undefined && eventTypes.has(event.type);
}

/** The next steps, with up to `size` events that the receiver wants. */
function nextChunk(
  steps: readonly EventStep[],
  from: number,
  receiver: Receiver,
  size: number,
): EventStep[] {
  let events = 0;
  let end = from;
  while (end < steps.length && events < size) {
    if (isWanted(receiver, steps[end]!)) events += 1;
    end += 1;
  }
  return steps.slice(from, end);
}

/** Delivers or keeps the events of a chunk, then moves the cursor. True: every attempt failed. */
async function deliverChunk(
  deps: DeliveryDeps,
  receiver: Receiver,
  progress: SliceProgress,
  chunk: readonly EventStep[],
): Promise<boolean> {
  const { redis } = deps;
  const { tenantId, id } = receiver;
  const wanted = chunk.flatMap((step) => (isWanted(receiver, step) ? [step.event!] : []));
  const attempted = await attemptAll(deps, receiver, wanted);
  const failedMs = Date.now();
  const failed = attempted.filter(({ failure }) => failure !== undefined);
  const delivered = attempted.filter(({ failure }) => failure === undefined);
  await parkEvents(
    redis,
    tenantId,
    id,
    failed.map(({ event, failure }) => {
      return { id: event.id, text: undeliveredText(event, 1, failure!, failedMs) };
    }),
  );
  await scheduleRetries(
    deps,
    failed.map(({ event }) => ({ tenantId, id, eventId: event.id })),
  );
  // They may wait since a process died between keeping them and moving the cursor.
  if (progress.waitingRetries > 0) {
    const ids = delivered.map(({ event }) => event.id);
    await unparkEvents(redis, tenantId, id, ids);
  }
  const succeeded = delivered.length > 0;
  const lastSuccess = attempted.findLastIndex(({ failure }) => failure === undefined);
  const failures = attempted.length - 1 - lastSuccess;
  const move: CursorMove = {
    from: progress.cursor,
    to: chunk.at(-1)!.cursor,
    delivered: delivered.length,
    failures,
    succeeded,
    ...(succeeded && { lastSuccessMs: failedMs }),
    ...(failed.length > 0 && { lastFailureMs: failedMs, lastFailure: failed.at(-1)!.failure! }),
  };
  await progress.save(move);
  progress.cursor = move.to;
  progress.waitingRetries += failed.length;
  progress.failures = succeeded ? failures : progress.failures + failures;
  return attempted.length > 0 && !succeeded;
}

/** Attempts events: those of one item in their order, of several items side by side. */
async function attemptAll(
  deps: DeliveryDeps,
  receiver: Receiver,
  events: readonly InventoryEvent[],
): Promise<Attempted[]> {
  const byItem = new Map<string, InventoryEvent[]>();
  for (const event of events) {
    const own = byItem.get(event.itemId);
    if (own) own.push(event);
    else byItem.set(event.itemId, [event]);
  }
  const waiting = [...byItem.values()];
  const attempted: Attempted[] = [];
  const serve = async () => {
    for (let own = waiting.shift(); own; own = waiting.shift()) {
      for (const event of own) {
        const prepared = prepareEvent(event, deps.appId);
        const outcome = await attemptEvent(deps, receiver, prepared);
        const failure = outcome.delivered ? undefined : outcome.failure;
        attempted.push({ event: prepared, failure });
      }
    }
  };
  await Promise.all(Array.from({ length: ATTEMPTS_AT_ONCE }, serve));
  return attempted;
}
