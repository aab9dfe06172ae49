import { setImmediate as nextTurn } from 'node:timers/promises';

/** How long a search may hold the process before others get their turn, ms. */
const TURN_MS = 4;
/** How many items are looked at between two looks at the clock. */
export const ITEMS_PER_LOOK = 500;

/** The time that long work may take before it lets others have theirs. */
export class Turn {
  /** Steps since the last look at the clock. */
  private steps = 0;
  private endsAt = performance.now() + TURN_MS;

  /** Counts steps, items looked at; true when others should have their turn now. */
  isOver(steps = 1): boolean {
    this.steps += steps;
    if (this.steps < ITEMS_PER_LOOK) return false;
    this.steps = 0;
    return performance.now() > this.endsAt;
  }

  /** Lets others have their turn. */
  async pass(): Promise<void> {
    await nextTurn();
    this.endsAt = performance.now() + TURN_MS;
  }
}
