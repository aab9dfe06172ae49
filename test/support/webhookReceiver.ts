import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An event as a receiver sees it. */
export interface ReceivedEvent {
  token: string;
  eventType: string;
  instanceId: string;
  identity: { identityType: string; appId: string };
  accountInfo: unknown;
  claims: { iss: string; aud: string; iat: number; exp: number };
  /** Part B of the envelope. */
  event: ReceivedBody;
}

export interface ReceivedBody {
  id: string;
  slug: string;
  entityId: string;
  entityEventSequence: string;
  eventTime: string;
  entityFqdn: string;
  originatedFrom: string;
  triggeredByAnonymizeRequest: boolean;
  createdEvent?: { entity: ReceivedItem };
  updatedEvent?: { currentEntity: ReceivedItem; modifiedFields: Record<string, unknown> };
  deletedEvent?: { deletedEntity: ReceivedItem };
  actionEvent?: {
    body: {
      currentEntity?: ReceivedItem;
      inStock?: boolean;
      reason?: string;
      appId?: string;
      available?: number;
      threshold?: number;
    };
  };
}

export interface ReceivedItem {
  id: string;
  revision: string;
  quantity?: number;
  productId: string;
  product: { name?: string };
}

/** Decides on an answer: a status, or what it does with the response itself. */
export type Behaviour = (
  received: ReceivedEvent,
  response: ServerResponse,
) => number | 'handled' | Promise<number>;

/** Opens a token without verifying it. */
export function openToken(token: string): ReceivedEvent {
  const [, payload] = token.split('.');
  const { data, ...claims } = JSON.parse(Buffer.from(payload!, 'base64url').toString()) as {
    data: string;
  } & ReceivedEvent['claims'];
  const envelope = JSON.parse(data) as Record<string, string>;
  return {
    token,
    claims,
    eventType: envelope['eventType']!,
    instanceId: envelope['instanceId']!,
    accountInfo: envelope['accountInfo'],
    identity: JSON.parse(envelope['identity']!) as ReceivedEvent['identity'],
    event: JSON.parse(envelope['data']!) as ReceivedBody,
  };
}

/** A server that takes webhooks, on this machine. */
export class WebhookReceiver {
  /** Every call, whatever was answered. */
  readonly calls: ReceivedEvent[] = [];
  /** Calls that were answered 200. */
  readonly accepted: ReceivedEvent[] = [];
  behaviour: Behaviour = () => 200;
  private readonly waiting: { done: () => boolean; resolve: () => void }[] = [];
  private readonly server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => void this.answer(Buffer.concat(chunks).toString(), response));
  });

  url = '';

  async start(): Promise<this> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    this.url = `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/hook`;
    return this;
  }

  private async answer(token: string, response: ServerResponse): Promise<void> {
    const received = openToken(token);
    this.calls.push(received);
    const status = await this.behaviour(received, response);
    if (status !== 'handled') {
      if (status === 200) this.accepted.push(received);
      response.statusCode = status;
      response.end();
    }
    for (const entry of this.waiting.splice(0)) {
      if (entry.done()) entry.resolve();
      else this.waiting.push(entry);
    }
  }

  /** Resolves when something is true after a call. */
  until(done: () => boolean): Promise<void> {
    if (done()) return Promise.resolve();
    return new Promise((resolve) => this.waiting.push({ done, resolve }));
  }

  /** Resolves when so many calls were answered 200. */
  untilAccepted(count: number): Promise<void> {
    return this.until(() => this.accepted.length >= count);
  }

  /** Slugs of the accepted events about an item, in order of arrival. */
  slugs(itemId?: string): string[] {
    return this.accepted
      .filter(({ event }) => itemId === undefined || event.entityId === itemId)
      .map(({ event }) => event.slug);
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
