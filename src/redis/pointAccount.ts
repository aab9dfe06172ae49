import type { RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import { InventoryError } from '../core/errors';
import type { RateLimit } from '../core/rateLimit';
import { whileStoreAnswers } from './commands';

/** How long points taken in advance are kept without being used, ms. */
export const ADVANCE_KEPT_MS = 1000;
/** Most points taken in advance at a time. */
const MAX_ADVANCE = 1000;
/** Of the points that are left, at most one in so many is taken in advance. */
const ADVANCE_SHARE = 50;

/**
 * The points of one token as this process sees them: those left in Redis when it last asked, and
 * those it took in advance, because asking for each call costs as much as a call. A token that
 * calls again within a second is given points in advance; what a second leaves of them goes back.
 * No point is given out twice.
 */
export class PointAccount {
  private left: number;
  private inAdvance = 0;
  private usedSinceAsked = 0;
  private askedAt = -Infinity;
  private minuteEndsAt = -Infinity;
  /** Until then a call is refused without asking: a moment ago there was no point. */
  private emptyUntil = -Infinity;
  private asking: Promise<void> | undefined;
  private givingBack: NodeJS.Timeout | undefined;

  constructor(
    private readonly limiter: RateLimiterRedis,
    private readonly key: string,
  ) {
    this.left = limiter.points;
  }

  /** @throws InventoryError RATE_LIMITED (`details.rateLimit`), REDIS_UNAVAILABLE */
  async use(points: number): Promise<RateLimit> {
    for (;;) {
      const now = performance.now();
      if (now >= this.minuteEndsAt) this.inAdvance = 0;
      if (this.inAdvance >= points) {
        this.inAdvance -= points;
        this.usedSinceAsked += points;
        return this.standing(now);
      }
      if (now < this.emptyUntil) throw this.refusal(now);
      // One question at a time: its answer may do for those who wait.
      if (this.asking) await this.asking;
      else await (this.asking = this.ask(points - this.inAdvance, now));
    }
  }

  /** Gives what was taken in advance back to all processes. */
  giveBack(): void {
    clearTimeout(this.givingBack);
    this.givingBack = undefined;
    const points = this.inAdvance;
    this.inAdvance = 0;
    // Not into the next minute: nobody took them there.
    if (points === 0 || this.minuteEndsAt - performance.now() < ADVANCE_KEPT_MS) return;
    this.left += points;
    // A point that doesn't get back is missing until the minute is over.
    this.limiter.reward(this.key, points).catch(() => undefined);
  }

  private async ask(needed: number, now: number): Promise<void> {
    try {
      await whileStoreAnswers(async () => {
        if (this.left > 0 || now >= this.minuteEndsAt || !(await this.isStillEmpty(now))) {
          await this.take(needed, now);
        }
      });
    } finally {
      this.asking = undefined;
    }
  }

  /** Another process may have given points back. */
  private async isStillEmpty(now: number): Promise<boolean> {
    const answer = await this.limiter.get(this.key);
    if (!answer || answer.remainingPoints > 0) return false;
    this.note(answer, now);
    return true;
  }

  private async take(needed: number, now: number): Promise<void> {
    const advance = this.advanceAt(now);
    const answer = await this.limiter.penalty(this.key, needed + advance);
    const over = Math.max(answer.consumedPoints - this.limiter.points, 0);
    this.note(answer, now);
    this.usedSinceAsked = 0;
    this.askedAt = now;
    // What is needed may be there when all of the advance is not.
    const surplus = Math.min(over, advance);
    if (surplus > 0) await this.limiter.reward(this.key, surplus);
    if (over > advance) {
      this.emptyUntil = Math.min(now + ADVANCE_KEPT_MS, this.minuteEndsAt);
      return;
    }
    this.inAdvance += needed + advance - surplus;
    if (advance > surplus) this.giveBackLater(ADVANCE_KEPT_MS);
  }

  private note({ remainingPoints, msBeforeNext }: RateLimiterRes, now: number): void {
    this.left = remainingPoints;
    this.minuteEndsAt = now + msBeforeNext;
    const empty = remainingPoints === 0;
    this.emptyUntil = empty ? Math.min(now + ADVANCE_KEPT_MS, this.minuteEndsAt) : -Infinity;
  }

  private advanceAt(now: number): number {
    if (now - this.askedAt > ADVANCE_KEPT_MS || now >= this.minuteEndsAt) return 0;
    const share = Math.floor(this.left / ADVANCE_SHARE);
    return Math.min(2 * this.usedSinceAsked, share, MAX_ADVANCE);
  }

  private giveBackLater(inMs: number): void {
    if (this.givingBack) return;
    this.givingBack = setTimeout(() => {
      this.givingBack = undefined;
      const idleMs = performance.now() - this.askedAt;
      if (idleMs >= ADVANCE_KEPT_MS) this.giveBack();
      else this.giveBackLater(ADVANCE_KEPT_MS - idleMs);
    }, inMs).unref();
  }

  private standing(now: number): RateLimit {
    return {
      limit: this.limiter.points,
      remaining: this.left + this.inAdvance,
      resetSeconds: Math.max(Math.ceil((this.minuteEndsAt - now) / 1000), 0),
    };
  }

  private refusal(now: number): InventoryError {
    return new InventoryError('RATE_LIMITED', undefined, { rateLimit: this.standing(now) });
  }
}
