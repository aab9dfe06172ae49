import { createServer, IncomingMessage, type Server } from 'node:http';
import type { App } from './app';

/**
 * A request that only a WebSocket turns into something else. Node hands every request with an
 * `Upgrade` header to whoever takes upgrades, and clients that merely offer HTTP/2 (`h2c`: Java's,
 * `curl --http2`) would get no answer to their call.
 */
class HubRequest extends IncomingMessage {
  // Without a first value: Node sets it while the request is made.
  declare private offered: boolean;

  get upgrade(): boolean {
    return this.offered && this.headers.upgrade?.toLowerCase() === 'websocket';
  }

  set upgrade(offered: boolean) {
    this.offered = offered;
  }
}

/** The server of an app, not listening yet. */
export function createHubServer(app: App): Server {
  const server = createServer({ IncomingMessage: HubRequest }, app.listener);
  return server.on('upgrade', (request, socket, head) => {
    app.upgrade(request, socket, head);
  });
}
