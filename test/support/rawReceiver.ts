import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';

/** What is done with a connection each time a request has arrived on it. */
export type RawAnswer = (socket: Socket) => void;

/** A server of bare TCP on this machine: it answers what no HTTP server would. */
export class RawReceiver {
  /** Requests so far. */
  requests = 0;
  answer: RawAnswer = () => undefined;
  private readonly open = new Set<Socket>();
  private readonly server = createServer((socket) => {
    this.open.add(socket);
    let received = '';
    socket.on('data', (chunk) => {
      received += chunk.toString('latin1');
      // The body of these requests is one word.
      if (!/\r\n\r\n.+$/s.test(received)) return;
      received = '';
      this.requests += 1;
      this.answer(socket);
    });
    socket.on('error', () => undefined);
    socket.on('close', () => this.open.delete(socket));
  });

  url = '';

  async start(): Promise<this> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    this.url = `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/hook`;
    return this;
  }

  /** Resolves when no connection is open. */
  async untilLeft(): Promise<void> {
    for (const socket of this.open) await once(socket, 'close');
  }

  async close(): Promise<void> {
    for (const socket of this.open) socket.destroy();
    this.server.close();
    await once(this.server, 'close');
  }
}
