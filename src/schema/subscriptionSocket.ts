import type { WebSocket } from 'ws';
import type { Logger } from '../observability/logger';
import { closeCodes, type SubscriptionLimits } from './subscriptionLimits';

/** How long a client has to answer a close before its connection is cut, ms. */
const CLOSE_TIMEOUT_MS = 5_000;

/**
 * A client's WebSocket as graphql-ws uses one: it sends no faster than the client takes, and closes
 * on a client that takes nothing for too long.
 */
export class SubscriptionSocket {
  readonly protocol: string;
  private takenAt = performance.now();
  private waiting: (() => void)[] = [];
  private readonly watch: NodeJS.Timeout;

  constructor(
    private readonly socket: WebSocket,
    private readonly limits: SubscriptionLimits,
    private readonly logger: Logger,
  ) {
    this.protocol = socket.protocol;
    this.watch = setInterval(() => {
      this.check();
    }, limits.pingIntervalMs);
    socket.on('pong', this.taken);
    // Such as a message that is too large: the library then closes with a code of its own.
    socket.on('error', () => undefined);
    socket.once('close', () => {
      clearInterval(this.watch);
      this.goOn();
    });
  }

  /** Resolves when the client's side has taken the text, or will take none any more. */
  send = (text: string): Promise<void> =>
    new Promise((resolve) => {
      if (this.socket.readyState !== this.socket.OPEN) {
        resolve();
        return;
      }
      this.socket.send(text, (error) => {
        if (!error) this.taken();
        resolve();
      });
    });

  /** Whether it is closed, or about to be. */
  get isClosed(): boolean {
    return this.socket.readyState !== this.socket.OPEN;
  }

  /** Closes, and cuts the connection when the client does not answer. */
  close = (code: number, reason: string): void => {
    if (!this.isClosed) this.logger.info({ code, reason }, 'subscriber closed');
    this.socket.close(code, reason.slice(0, 120));
    const timer = setTimeout(() => {
      this.socket.terminate();
    }, CLOSE_TIMEOUT_MS);
    this.socket.once('close', () => {
      clearTimeout(timer);
    });
  };

  onMessage = (listener: (text: string) => Promise<void>): void => {
    this.socket.on('message', (message: Buffer) => {
      this.taken();
      // A client that asks and does not take the answers is not listened to meanwhile.
      if (this.isFull()) this.socket.pause();
      listener(message.toString()).catch((error: unknown) => {
        if (error instanceof Error && error.message.startsWith('Unexpected message')) {
          this.close(closeCodes.badRequest, error.message);
          return;
        }
        const { stack } = error instanceof Error ? error : new Error(String(error));
        this.logger.error({ cause: stack }, 'subscription failed');
        this.close(closeCodes.failed, 'Something went wrong in the hub.');
      });
    });
  };

  /** Answers a ping of the protocol, unless the client has more than enough to take already. */
  onPing = async (payload: Record<string, unknown> | undefined): Promise<void> => {
    if (this.isFull()) return;
    await this.send(JSON.stringify({ type: 'pong', ...(payload && { payload }) }));
  };

  /** Resolves when the client may be given more, or is gone. */
  ready = async (): Promise<void> => {
    while (this.isFull()) await new Promise<void>((resolve) => this.waiting.push(resolve));
  };

  private isFull(): boolean {
    const { readyState, OPEN, bufferedAmount } = this.socket;
    return readyState === OPEN && bufferedAmount > this.limits.waitingBytes;
  }

  private readonly taken = (): void => {
    this.takenAt = performance.now();
    this.goOn();
  };

  private goOn(): void {
    if (this.isFull()) return;
    if (this.socket.isPaused) this.socket.resume();
    const waiting = this.waiting;
    this.waiting = [];
    for (const resolve of waiting) resolve();
  }

  private check(): void {
    if (this.socket.readyState !== this.socket.OPEN) return;
    if (performance.now() - this.takenAt > this.limits.stallTimeoutMs) {
      this.close(closeCodes.tooSlow, 'Too slow: go on after the last cursor.');
      this.goOn();
      return;
    }
    this.socket.ping();
  }
}
