import type { CursorMove } from '../redis/webhooks';
import { ATTEMPTS_AT_ONCE } from './attempt';
import type { AttemptOutcome } from './webhookSender';

/** Attempts that say whether a receiver takes long, and how many of them are enough to say it. */
const RECENT_ATTEMPTS = 16;
const ENOUGH_ATTEMPTS = 8;

/** What is noted of attempts besides the cursor. */
type MoveNotes = Omit<CursorMove, 'from' | 'to'>;

/** How the first attempts of a slice go. */
export class AttemptTally {
  /** Of the last attempts: whether one took more than half of the timeout. */
  private readonly recent: boolean[] = [];
  private streak: number;
  private delivered = 0;
  private succeeded = false;
  /** Failures since the last success or note, whichever is later. */
  private failures = 0;
  private lastSuccessMs: number | undefined;
  private lastFailureMs: number | undefined;
  private lastFailure: string | undefined;
  private isAnyDelivered = false;

  /** @param failures attempts that failed since the last success, before this slice */
  constructor(
    private readonly timeoutMs: number,
    failures: number,
  ) {
    // One attempt says whether a receiver that failed is back.
    this.streak = Math.min(failures, ATTEMPTS_AT_ONCE - 1);
  }

  /** How many attempts may run: each failure since the last success takes one away. */
  get slots(): number {
    return Math.max(0, ATTEMPTS_AT_ONCE - this.streak);
  }

  /** Whether most attempts take long, or many in a row failed; undefined: there was none. */
  get isSlow(): boolean | undefined {
    const { recent } = this;
    if (recent.length === 0) return undefined;
    return this.slots === 0 || 2 * recent.filter(Boolean).length > recent.length;
  }

  /** The same, of enough attempts to go by it. */
  get isKnownSlow(): boolean {
    return this.recent.length >= ENOUGH_ATTEMPTS && this.isSlow === true;
  }

  /** Whether there were attempts, and all of them failed. */
  get failedThroughout(): boolean {
    return this.recent.length > 0 && !this.isAnyDelivered;
  }

  add(tookMs: number, outcome: AttemptOutcome): void {
    const { recent } = this;
    recent.push(tookMs > this.timeoutMs / 2);
    if (recent.length > RECENT_ATTEMPTS) recent.shift();
    if (outcome.delivered) {
      this.streak = 0;
      this.failures = 0;
      this.delivered += 1;
      this.succeeded = true;
      this.isAnyDelivered = true;
      this.lastSuccessMs = Date.now();
    } else {
      this.streak += 1;
      this.failures += 1;
      this.lastFailureMs = Date.now();
      this.lastFailure = outcome.failure;
    }
  }

  /** What there is to note since the last time. */
  takeNotes(): MoveNotes {
    const { delivered, failures, succeeded, lastSuccessMs, lastFailureMs, lastFailure } = this;
    this.delivered = 0;
    this.failures = 0;
    this.succeeded = false;
    this.lastSuccessMs = undefined;
    this.lastFailureMs = undefined;
    this.lastFailure = undefined;
    return {
      delivered,
      failures,
      succeeded,
      ...(lastSuccessMs !== undefined && { lastSuccessMs }),
      ...(lastFailureMs !== undefined && { lastFailureMs }),
      ...(lastFailure !== undefined && { lastFailure }),
    };
  }
}
