/** Readers that go on in one round of the event loop. */
const READERS_PER_ROUND = 8;

/**
 * Lets many readers go on a few at a time. One change may wake thousands of them; between two
 * rounds the process answers its other calls.
 */
export class Turns {
  private waiting: (() => void)[] = [];
  private next = 0;

  /** Resolves when it is the caller's turn, first come, first served. */
  take(): Promise<void> {
    return new Promise((resolve) => {
      this.waiting.push(resolve);
      if (this.waiting.length === 1) setImmediate(this.round);
    });
  }

  private readonly round = (): void => {
    const end = Math.min(this.next + READERS_PER_ROUND, this.waiting.length);
    while (this.next < end) this.waiting[this.next++]!();
    if (this.next < this.waiting.length) {
      setImmediate(this.round);
      return;
    }
    this.waiting = [];
    this.next = 0;
  };
}
