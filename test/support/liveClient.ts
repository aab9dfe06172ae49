import { once } from 'node:events';
import { createClient, type Client } from 'graphql-ws';
import { WebSocket } from 'ws';

/** What `CHANGES` asks for. */
export interface LiveMessage {
  cursor: string;
  movement: { id: string; sequence: string; operation: string; orderId: string | null } | null;
  changes: {
    itemId: string;
    delta: number;
    quantityAfter: number | null;
    statusBefore: string | null;
    statusAfter: string | null;
    fellLow: boolean;
    item: {
      id: string;
      name: string | null;
      quantity: number | null;
      available: number | null;
      productId: string;
      locationId: string;
    };
  }[];
}

/** All that tests look at. */
export const CHANGES = `subscription ($filter: InventoryChangedFilterInput, $after: String) {
  inventoryChanged(filter: $filter, after: $after) {
    cursor
    movement { id sequence operation orderId }
    changes {
      itemId delta quantityAfter statusBefore statusAfter fellLow
      item { id name quantity available productId locationId }
    }
  }
}`;

/** Where and as whom to subscribe. */
export interface LiveTarget {
  /** Address of `/graphql`, http. */
  url: string;
  token: string | null;
  /** Default: none; how often a lost connection is made again. */
  retryAttempts?: number;
}

/** Cut before it is open, it has an error that nobody needs. */
class CuttableSocket extends WebSocket {
  constructor(url: string, protocols: string[]) {
    super(url, protocols);
    this.on('error', () => undefined);
  }
}

/** A client of the library that the docs recommend. */
export function liveClient({ url, token, retryAttempts = 0 }: LiveTarget): Client {
  return createClient({
    url: url.replace(/^http/, 'ws'),
    webSocketImpl: CuttableSocket,
    retryAttempts,
    connectionParams: token === null ? {} : { Authorization: `Bearer ${token}` },
  });
}

/** A subscriber that keeps what it was told. */
export class Subscriber {
  readonly messages: LiveMessage[] = [];
  /** Why it ended: errors, or how the connection closed. Resolves when it ends. */
  readonly ended: Promise<unknown>;
  private readonly client: Client;
  private woken: (() => void)[] = [];

  constructor(target: LiveTarget, variables: object = {}, query = CHANGES) {
    this.client = liveClient(target);
    this.ended = new Promise((resolve) => {
      this.client.subscribe<{ inventoryChanged: LiveMessage }>(
        { query, variables: { ...variables } },
        {
          next: ({ data }) => {
            this.messages.push(data!.inventoryChanged);
            this.wake();
          },
          error: (error) => {
            resolve(error);
            this.wake();
          },
          complete: () => {
            resolve(undefined);
            this.wake();
          },
        },
      );
    });
  }

  /** Those with a movement. */
  get movements() {
    return this.messages.filter(({ movement }) => movement !== null);
  }

  get cursor(): string | undefined {
    return this.messages.at(-1)?.cursor;
  }

  /** Resolves when it has been told where it begins. */
  async begun(): Promise<this> {
    await this.until(() => this.messages.length > 0);
    return this;
  }

  /** Resolves when there are so many messages with a movement. */
  async told(count: number): Promise<Subscriber['messages']> {
    await this.until(() => this.movements.length >= count);
    return this.movements;
  }

  /** Resolves when something holds; fails when it ends before. */
  async until(holds: () => boolean): Promise<void> {
    const end = this.ended.then((reason) => ({ reason }));
    while (!holds()) {
      const next = new Promise<undefined>((resolve) => {
        this.woken.push(() => {
          resolve(undefined);
        });
      });
      const ended = await Promise.race([next, end]);
      if (ended && !holds()) throw new Error(`ended: ${shownReason(ended.reason)}`);
    }
  }

  /** Loses its connection without a word. */
  cut(): void {
    this.client.terminate();
  }

  /** Leaves. */
  async stop(): Promise<void> {
    await this.client.dispose();
  }

  private wake(): void {
    const woken = this.woken;
    this.woken = [];
    for (const goOn of woken) goOn();
  }
}

function shownReason(reason: unknown): string {
  const { code, reason: text } = (reason ?? {}) as { code?: number; reason?: string };
  return code === undefined ? JSON.stringify(reason) : `${code} ${text ?? ''}`;
}

/** A WebSocket that speaks the protocol by hand, for what no client library would do. */
export class RawSocket {
  readonly socket: WebSocket;
  readonly received: { type: string; id?: string; payload?: unknown }[] = [];
  readonly closed: Promise<{ code: number; reason: string }>;

  constructor(url: string, headers: Record<string, string> = {}) {
    this.socket = new WebSocket(url.replace(/^http/, 'ws'), 'graphql-transport-ws', { headers });
    this.socket.on('message', (text: Buffer) => {
      this.received.push(JSON.parse(text.toString()) as RawSocket['received'][number]);
    });
    this.closed = new Promise((resolve) => {
      this.socket.on('close', (code, reason) => {
        resolve({ code, reason: reason.toString() });
      });
      this.socket.on('error', () => undefined);
    });
  }

  /** Resolves when it is open. */
  async open(): Promise<this> {
    await once(this.socket, 'open');
    return this;
  }

  send(message: object | string): void {
    this.socket.send(typeof message === 'string' ? message : JSON.stringify(message));
  }

  /** Says who it is, and waits for the answer. */
  async init(token: string): Promise<this> {
    await this.open();
    this.send({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } });
    await this.next('connection_ack');
    return this;
  }

  /** The first message of a type. */
  async next(type: string): Promise<RawSocket['received'][number]> {
    for (;;) {
      const found = this.received.find((message) => message.type === type);
      if (found) return found;
      await Promise.race([once(this.socket, 'message'), this.closed.then(refuseClosed)]);
    }
  }
}

function refuseClosed({ code, reason }: { code: number; reason: string }): never {
  throw new Error(`closed: ${code} ${reason}`);
}
