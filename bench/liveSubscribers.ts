import { createInterface } from 'node:readline';
import { WebSocket } from 'ws';
import { percentile } from './medians';

/*
 * Many subscribers in a process of their own. Prints `{"ready":true}` when all have begun. Told
 * `follow`, it prints a line when a change has reached them all; told `count`, how many messages
 * have come since it was asked last. Ends with its input.
 */

const SUBSCRIPTION = `subscription ($filter: InventoryChangedFilterInput) {
  inventoryChanged(filter: $filter) {
    cursor
    movement { operation }
    changes { itemId delta quantityAfter item { name available } }
  }
}`;
/** Connections that are made at a time. */
const AT_ONCE = 50;

/** What the process is told by its environment. */
interface Told {
  url: string;
  token: string;
  /** One subscriber each; a list of one item id, or empty for all changes. */
  filters: (string[] | null)[];
}

/** Ms on a clock that processes of this machine share. */
const now = () => performance.timeOrigin + performance.now();

const arrivals: number[] = [];
let expected = 0;
let messages = 0;

function onMessage(): void {
  messages += 1;
  if (expected === 0) return;
  arrivals.push(now());
  if (arrivals.length < expected) return;
  const [p50, p99] = [percentile(arrivals, 0.5), percentile(arrivals, 0.99)];
  console.log(JSON.stringify({ p50, p99, last: Math.max(...arrivals) }));
  arrivals.length = 0;
}

function subscribe({ url, token }: Told, itemIds: string[] | null): Promise<void> {
  const socket = new WebSocket(url, 'graphql-transport-ws');
  const send = (message: object) => {
    socket.send(JSON.stringify(message));
  };
  return new Promise((resolve, reject) => {
    let begun = false;
    socket.on('open', () => {
      send({ type: 'connection_init', payload: { Authorization: `Bearer ${token}` } });
    });
    socket.on('message', (bytes: Buffer) => {
      if (begun) {
        onMessage();
        return;
      }
      const message = JSON.parse(bytes.toString()) as { type: string };
      if (message.type === 'connection_ack') {
        const variables = { filter: itemIds && { itemIds } };
        send({ type: 'subscribe', id: '1', payload: { query: SUBSCRIPTION, variables } });
        return;
      }
      begun = message.type === 'next';
      if (begun) resolve();
      else reject(new Error(`a subscriber was told ${bytes.toString()}`));
    });
    socket.on('error', reject);
    socket.on('close', (code) => {
      reject(new Error(`a subscriber was closed with ${code}`));
    });
  });
}

async function main(): Promise<void> {
  const lines = createInterface({ input: process.stdin });
  const input = lines[Symbol.asyncIterator]();
  const next = async () => {
    const line = await input.next();
    return line.done ? undefined : line.value;
  };
  const told = JSON.parse((await next())!) as Told;
  for (let i = 0; i < told.filters.length; i += AT_ONCE) {
    const batch = told.filters.slice(i, i + AT_ONCE);
    await Promise.all(batch.map((filter) => subscribe(told, filter)));
  }
  console.log(JSON.stringify({ ready: true }));
  for (let line = await next(); line !== undefined; line = await next()) {
    const [word, count] = line.split(' ');
    if (word === 'follow') {
      expected = Number(count);
      arrivals.length = 0;
    } else {
      console.log(JSON.stringify({ messages }));
      messages = 0;
    }
  }
  process.exit(0);
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
