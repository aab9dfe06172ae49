import { createPrivateKey, randomUUID, type KeyObject } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { ensureDevelopmentKeys } from '../../src/auth/developmentKeys';
import { signWixToken } from '../../src/auth/signWixToken';
import { developmentAppId } from '../../src/settings';
import { APP_ID } from './shop';
import type { KillableHub } from './killableHub';

/** A line of a call: so many units of the product with this number. */
interface CallLine {
  product: number;
  quantity: number;
}

/** A call a shop made, and how it ended: every call is repeated until it has an answer. */
export interface OrderedCall {
  requestId: string;
  method: 'decrement' | 'increment';
  lines: CallLine[];
  /** 200: done; 428: refused. Nothing else ends a call. */
  status?: 200 | 428;
  /** How often it was sent without an answer that says what became of it. */
  unanswered: number;
}

/** Callers that order from a hub, whatever happens to it. */
export class OrderLoad {
  readonly tenantId = randomUUID();
  readonly calls: OrderedCall[] = [];
  private answered = 0;
  private readonly waiting: { count: number; wake: () => void }[] = [];
  private running = true;
  private key: KeyObject | undefined;
  private callers: Promise<void>[] = [];

  constructor(
    private readonly hub: KillableHub,
    /** How many products there are; their ids are `product <number>`. */
    private readonly products: number,
  ) {}

  /** Starts callers that order until told to stop. */
  async start(callers: number): Promise<void> {
    const { privateKeyPem } = await ensureDevelopmentKeys(this.hub.dataDir);
    this.key = createPrivateKey(privateKeyPem);
    this.callers = Array.from({ length: callers }, (_, i) => this.order(i + 1));
  }

  /** Resolves when so many more calls have been answered. */
  async answeredMore(count: number): Promise<void> {
    const enough = new Promise<void>((wake) => {
      this.waiting.push({ count: this.answered + count, wake });
    });
    await Promise.race([enough, Promise.all(this.callers)]);
  }

  /** Lets every caller end its call, however often it has to be repeated. */
  async stop(): Promise<void> {
    this.running = false;
    await Promise.all(this.callers);
  }

  private async order(caller: number): Promise<void> {
    for (let i = caller; this.running; i += 7) {
      const lines = Array.from({ length: 1 + (i % 4) }, (_, n) => ({
        product: (i * (n + 3)) % this.products,
        quantity: 1 + ((i + n) % 3),
      }));
      const order = { orderId: randomUUID(), lines, restricted: i % 3 !== 0 };
      const status = await this.call('decrement', 'ORDER_PLACED', order, i % 10 === 0);
      if (status === 200 && i % 4 === 0) {
        await this.call('increment', 'ORDER_REJECTED', order, i % 20 === 0);
      }
    }
  }

  private async call(
    method: OrderedCall['method'],
    reason: string,
    order: { orderId: string; lines: CallLine[]; restricted: boolean },
    twice: boolean,
  ): Promise<200 | 428> {
    const call: OrderedCall = {
      requestId: randomUUID(),
      method,
      lines: order.lines,
      unanswered: 0,
    };
    this.calls.push(call);
    const token = await this.sign(call.requestId, reason, order);
    call.status = await this.sendUntilAnswered(call, token);
    this.answered += 1;
    for (const { count, wake } of this.waiting) if (count <= this.answered) wake();
    if (twice && call.status === 200) {
      const again = await this.sendUntilAnswered(call, token);
      if (again !== 200) throw new Error(`A repeat was answered ${again}`);
    }
    return call.status;
  }

  private async sign(
    requestId: string,
    reason: string,
    order: { orderId: string; lines: CallLine[]; restricted: boolean },
  ): Promise<string> {
    const items = order.lines.map(({ product, quantity }) => ({
      catalogReference: { appId: APP_ID, catalogItemId: `product ${product}` },
      quantity,
      subscriptionItem: false,
    }));
    const { orderId, restricted: restrictInventoryValue } = order;
    const request = { items, orderId, reason, restrictInventoryValue };
    const metadata = {
      appExtensionType: 'ecom_inventory',
      instanceId: this.tenantId,
      requestId,
      identity: { identityType: 'MEMBER', memberId: 'm' },
    };
    const data = { request, metadata };
    return signWixToken({ key: this.key!, appId: developmentAppId, data });
  }

  private async sendUntilAnswered(call: OrderedCall, token: string): Promise<200 | 428> {
    for (;;) {
      const url = await this.hub.url();
      const status = await fetch(`${url}/v1/${call.method}`, { method: 'POST', body: token }).then(
        async (response) => {
          await response.text();
          return response.status;
        },
        () => undefined,
      );
      if (status === 200 || status === 428) return status;
      if (status !== undefined && status !== 503) throw new Error(`Answered ${status}`);
      call.unanswered += 1;
      // The hub or its Redis is away: nothing tells a caller when it is back.
      await pause(20);
    }
  }
}
