import type { HubRedis } from '../redis/commands';
import { eventSteps, type EventStep } from './eventSteps';
import { parseFeedCursor } from './feedCursor';

/** Movements that are no longer kept. */
export interface LedgerGap {
  /** Sequence of the last one before them. */
  after: number;
  movements: number;
}

/** Ledger ids in their order: by sequence. */
export function sequenceOf(cursor: string): number {
  return Number(/-(\d+)/.exec(cursor)?.[1]);
}

/** A tenant's events after a cursor, batch by batch, also those that are written meanwhile. */
export class StepReader {
  private batches: AsyncGenerator<EventStep[]> | undefined;
  /** Whether the last look found nothing. */
  isAtEnd = false;
  /** Whether it has come to the last entry asked for. */
  private isOver = false;
  /** Those that were missing between the cursor and what was read; the oldest first. */
  readonly gaps: LedgerGap[] = [];

  /** @param to the last ledger id that is read; absent: no last one */
  constructor(
    private readonly redis: HubRedis,
    private readonly tenantId: string,
    private cursor: string,
    private readonly to?: string,
  ) {}

  /** The next events; none: there are no more now. @throws InventoryError REDIS_UNAVAILABLE */
  async next(): Promise<EventStep[]> {
    const steps = this.isOver ? [] : await this.read();
    this.isAtEnd = steps.length === 0;
    if (steps.length > 0) this.noteGap(steps[0]!.cursor);
    this.cursor = steps.at(-1)?.cursor ?? this.cursor;
    return steps;
  }

  /** Sequences rise by one from entry to entry. */
  private noteGap(first: string): void {
    const after = sequenceOf(parseFeedCursor(this.cursor).readAfter);
    const movements = sequenceOf(first) - after - 1;
    if (movements > 0) this.gaps.push({ after, movements });
  }

  private async read(): Promise<EventStep[]> {
    this.batches ??= eventSteps(this.redis, this.tenantId, this.cursor);
    const batch = await this.batches.next();
    if (batch.done) {
      this.batches = undefined;
      return [];
    }
    const { to } = this;
    if (to === undefined) return batch.value;
    const within = batch.value.filter(({ cursor }) => sequenceOf(cursor) <= sequenceOf(to));
    this.isOver = within.length < batch.value.length;
    return within;
  }
}
