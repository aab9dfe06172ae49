import type { InventoryEvent } from '../core/inventoryEvent';
import { MAX_WAITING_RETRIES, type PreparedEvent } from '../core/webhook';
import { parkEvents, unparkEvents } from '../redis/undelivered';
import type { CursorMove, Lane, MissedMovements } from '../redis/webhooks';
import { attemptEvent, scheduleRetries, undeliveredText } from './attempt';
import { AttemptTally } from './attemptTally';
import type { DeliveryDeps } from './deliveryDeps';
import type { EventStep } from './eventSteps';
import type { Receiver } from './receivers';
import { SlidingWindow, type Place } from './slidingWindow';
import { sequenceOf, StepReader } from './stepReader';
import { prepareEvent } from './wixEnvelope';

/** How long one receiver may be served before others have their turn, ms. */
const SLICE_MS = 2000;

/** Most events that were read and that the cursor does not cover. */
const WINDOW_EVENTS = 256;

/** The cursor is saved after so many events, or so long after it was last, ms. */
const SAVE_EVENTS = 64;
const SAVE_EVERY_MS = 250;

/** Most ids of events that are done although an earlier one is not. */
const MAX_AHEAD = 4 * WINDOW_EVENTS;

/** How often the end of the ledger is looked at while an attempt is under way, ms. */
const LOOK_EVERY_MS = 100;

/** Where a slice goes on, and how it notes how far it came. */
export interface SliceProgress {
  cursor: string;
  /** Ids of events after the cursor that are done. */
  ahead: readonly string[];
  /** Ledger id after which it ends; absent: at the end of the ledger. */
  to?: string;
  waitingRetries: number;
  /** First attempts that failed since the last one that did not. */
  failures: number;
  /** Movements that were trimmed before they were told, so far. */
  missed: MissedMovements;
  /** Notes how far it came; the failures since the last success of any kind. */
  save(move: CursorMove): Promise<number>;
  /** The receiver as it is now, when the slice may last as long again; undefined: it may not. */
  renew(): Promise<Receiver | undefined>;
  /** What the slice is among: it ends when the receiver turns out to be of the other kind. */
  lane?: Lane;
}

/**
 * Why a slice ended: all is delivered or will be tried again; there is more; the receiver fails;
 * too many events wait for another attempt.
 */
export type SliceEnd = 'done' | 'more' | 'failing' | 'full';

/** How a slice ended. */
export interface SliceReport {
  end: SliceEnd;
  /** Whether the receiver takes long or fails; undefined: nothing was attempted. */
  isSlow: boolean | undefined;
}

/** How an event went; `before`: it was done in an earlier slice. */
type Result = 'delivered' | 'before' | { failure: string; failedMs: number };

/** An event, and what is sent of it once it was attempted. */
type Sent = InventoryEvent & { prepared?: PreparedEvent };

/**
 * Delivers a receiver's events from its cursor on, for a short while. First attempts at the events
 * of one item follow one another; those of different items run side by side, and the next begins as
 * soon as one has ended. A failed event waits for its next attempt, and later ones don't wait for
 * it.
 *
 * The cursor moves past events that were delivered or are kept for another attempt: who dies in
 * between has the events since the last note sent once more. A slice that ends notes also which
 * events after the cursor are done: the next one sends none of them again.
 *
 * @throws InventoryError CURSOR_MOVED, REDIS_UNAVAILABLE; no attempt is under way any more
 */
export async function deliverSlice(
  deps: DeliveryDeps,
  receiver: Receiver,
  progress: SliceProgress,
): Promise<SliceReport> {
  return new Slice(deps, receiver, progress).run();
}

class Slice {
  private readonly window = new SlidingWindow<Sent, Result>();
  private readonly tally: AttemptTally;
  private readonly reader: StepReader;
  /** Ids of events done in earlier slices that were not read yet. */
  private readonly ahead: Set<string>;
  private steps: EventStep[] = [];
  private nextStep = 0;
  private until = performance.now() + SLICE_MS;
  private lookedAt = 0;
  private savedAt = performance.now();
  /** Events that failed and are not kept yet. */
  private unkept = 0;
  private end: SliceEnd | undefined;
  /** What an attempt must not fail with. */
  private broken: Error | undefined;
  private wake: () => void = () => undefined;

  constructor(
    private readonly deps: DeliveryDeps,
    private receiver: Receiver,
    private readonly progress: SliceProgress,
  ) {
    this.tally = new AttemptTally(deps.timeoutMs, progress.failures);
    this.ahead = new Set(progress.ahead);
    this.reader = new StepReader(deps.redis, receiver.tenantId, progress.cursor, progress.to);
  }

  async run(): Promise<SliceReport> {
    const { window, tally } = this;
    try {
      while (this.end === undefined || window.running > 0) {
        await this.takeIn();
        this.begin();
        if (window.running > 0) await this.attemptEnd();
        if (this.isSaveDue()) await this.save();
        await this.endOrRenew();
      }
      if (this.broken) throw this.broken;
      await this.saveLast();
    } finally {
      this.end ??= 'more';
      while (window.running > 0) await this.attemptEnd();
    }
    // All that there was failed: more at once would fail too.
    const isFailing = this.end === 'done' && tally.failedThroughout;
    return { end: isFailing ? 'failing' : this.end, isSlow: tally.isSlow };
  }

  /** Fills the window. At the end of the ledger it looks for more now and then. */
  private async takeIn(): Promise<void> {
    const { window, reader } = this;
    if (this.end !== undefined) return;
    if (this.nextStep === this.steps.length && window.size < WINDOW_EVENTS) {
      const now = performance.now();
      if (reader.isAtEnd && window.running > 0 && now < this.lookedAt + LOOK_EVERY_MS) return;
      this.lookedAt = now;
      this.steps = await reader.next();
      this.nextStep = 0;
      if (reader.isAtEnd && window.isIdle) this.end ??= 'done';
    }
    while (this.nextStep < this.steps.length && window.size < WINDOW_EVENTS) {
      this.take(this.steps[this.nextStep]!);
      this.nextStep += 1;
    }
  }

  private take({ cursor, event }: EventStep): void {
    if (!event || !this.receiver.eventTypes.has(event.type)) this.window.pass(cursor);
    else if (this.ahead.delete(event.id)) this.window.addDone(cursor, event, 'before');
    else this.window.add(cursor, event);
  }

  /** Begins attempts while there are slots. */
  private begin(): void {
    const { window, tally } = this;
    while (this.end === undefined && window.running < tally.slots) {
      const place = window.begin();
      if (!place) return;
      void this.attempt(place);
    }
  }

  private async attempt(place: Place<Sent, Result>): Promise<void> {
    const { deps, window, tally } = this;
    try {
      place.event.prepared = prepareEvent(place.event, deps.appId);
      const started = performance.now();
      const outcome = await attemptEvent(deps, this.receiver, place.event.prepared);
      tally.add(performance.now() - started, outcome);
      if (!outcome.delivered) this.unkept += 1;
      const failedMs = Date.now();
      window.end(place, outcome.delivered ? 'delivered' : { failure: outcome.failure, failedMs });
    } catch (error) {
      window.giveUp();
      this.broken = error as Error;
      this.end = 'more';
    }
    this.decideEnd();
    this.begin();
    this.wake();
  }

  private decideEnd(): void {
    const { tally, progress } = this;
    if (tally.slots === 0) this.end ??= 'failing';
    if (progress.waitingRetries + this.unkept >= MAX_WAITING_RETRIES) this.end ??= 'full';
    if (progress.lane === 'quick' && tally.isKnownSlow) this.end ??= 'more';
    if (this.deps.stopping.aborted) this.end ??= 'more';
  }

  /** Resolves when an attempt has ended, or when it is time to look at the ledger again. */
  private async attemptEnd(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      this.wake = resolve;
      timer = setTimeout(resolve, LOOK_EVERY_MS);
    });
    clearTimeout(timer);
  }

  private async endOrRenew(): Promise<void> {
    this.decideEnd();
    if (this.end !== undefined || performance.now() < this.until) return;
    const isQuickAgain = this.progress.lane === 'slow' && this.tally.isSlow === false;
    const renewed = isQuickAgain ? undefined : await this.progress.renew();
    if (renewed) this.receiver = renewed;
    else this.end ??= 'more';
    this.until = performance.now() + SLICE_MS;
  }

  private isSaveDue(): boolean {
    const { window } = this;
    if (!window.mayMove) return false;
    return window.doneCount() >= SAVE_EVENTS || performance.now() > this.savedAt + SAVE_EVERY_MS;
  }

  private async save(): Promise<void> {
    const { done, cursor } = this.window.takeDone()!;
    await this.keep(done, cursor);
  }

  /** Keeps all that is done, also what comes after something that is not. */
  private async saveLast(): Promise<void> {
    const { window, progress, reader } = this;
    const before = progress.ahead.length;
    const prefix = window.takeDone();
    const after = window.doneAhead();
    // What the end of the ledger did not bring is long past.
    const unread = reader.isAtEnd && this.nextStep === this.steps.length ? [] : this.ahead;
    const ids = [...after.map(({ event }) => event.id), ...unread];
    progress.ahead = ids.slice(0, MAX_AHEAD);
    if (!prefix && ids.length === 0 && before === 0) return;
    const done = [...(prefix?.done ?? []), ...after];
    await this.keep(done, prefix?.cursor ?? progress.cursor, progress.ahead);
  }

  /** Keeps failed events for another attempt, then notes how far delivery came. */
  private async keep(
    done: readonly { event: Sent; result: Result }[],
    to: string,
    ahead?: readonly string[],
  ): Promise<void> {
    const { deps, progress } = this;
    const { tenantId, id } = this.receiver;
    const texts = done.flatMap(({ event: { id: eventId, prepared }, result }) => {
      if (typeof result === 'string') return [];
      const text = undeliveredText(prepared!, 1, result.failure, result.failedMs);
      return [{ id: eventId, text }];
    });
    await parkEvents(deps.redis, tenantId, id, texts);
    const waiting = texts.map((text) => ({ tenantId, id, eventId: text.id }));
    await scheduleRetries(deps, waiting, { lane: this.tally.isSlow ? 'slow' : 'quick' });
    // They may wait since a process died between keeping them and moving the cursor.
    if (progress.waitingRetries > 0) {
      const delivered = done.filter(({ result }) => result === 'delivered');
      const ids = delivered.map(({ event }) => event.id);
      await unparkEvents(deps.redis, tenantId, id, ids);
    }
    const notes = this.tally.takeNotes();
    const from = progress.cursor;
    const missed = this.takeMissed(to);
    progress.failures = await progress.save({
      ...{ from, to, ...notes, ...missed },
      ...(ahead && { ahead }),
    });
    progress.cursor = to;
    progress.waitingRetries += texts.length;
    this.unkept -= texts.length;
    this.savedAt = performance.now();
  }

  /** Counts the gaps that the cursor passes; undefined: there are none. */
  private takeMissed(to: string): MissedMovements | undefined {
    const { deps, reader, progress, receiver } = this;
    let missed = 0;
    while (reader.gaps[0] && reader.gaps[0].after < sequenceOf(to)) {
      missed += reader.gaps.shift()!.movements;
    }
    if (missed === 0) return undefined;
    const { tenantId, id: subscriptionId } = receiver;
    const text = 'movements were trimmed before a receiver of webhooks was told of them';
    deps.logger.warn({ tenantId, subscriptionId, missed }, text);
    const { missedMovements, missedSinceMs } = progress.missed;
    progress.missed = {
      missedMovements: missedMovements + missed,
      missedSinceMs: missedSinceMs ?? Date.now(),
    };
    return progress.missed;
  }
}
