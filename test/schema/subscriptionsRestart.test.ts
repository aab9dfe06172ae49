import { randomInt, randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { LedgerEntry } from '../../src/core/movement';
import { graphqlHubs, type GraphqlHub } from '../support/graphqlHub';
import { randomNumbers } from '../support/historyRun';
import { Subscriber } from '../support/liveClient';
import { line } from '../support/pluginHub';
import { change } from './changes';

const startHub = graphqlHubs();
const seed = Number(process.env['TEST_SEED'] ?? randomInt(2 ** 31));
/** How often the hub that serves the subscribers is stopped and started again. */
const RESTARTS = 4;
/** How long a subscriber may take for what is left when nothing happens any more, ms. */
const LAST_MS = 10_000;

/** What a subscriber asks for, and the movements that it has to be told of. */
interface Follower {
  filter: object | null;
  told: (entry: LedgerEntry) => boolean;
}

interface Story {
  below: (bound: number) => number;
  /** The hub that is there now; it may be gone when it is asked. */
  hub: () => GraphqlHub;
  start: string;
  load: { runs: boolean };
  ledger: () => Promise<LedgerEntry[]>;
}

/** Follows a ledger, cut off at random, and gives what was told of it and how many cuts it took. */
async function follow({ filter, told }: Follower, story: Story) {
  const { below, hub, start, load } = story;
  const seen: string[] = [];
  let [cursor, cuts] = [start, 0];
  for (let last = false; !last;) {
    const { url, allScopes: token } = hub();
    const subscriber = new Subscriber({ url, token }, { filter, after: cursor });
    const cut = new AbortController();
    last = !load.runs;
    const missing = last ? (await expected(told, story)).length - seen.length : 0;
    await Promise.race([
      // Ends when the hub stops, too.
      last ? subscriber.told(missing).catch(() => undefined) : subscriber.ended,
      pause(last ? LAST_MS : below(80), undefined, { signal: cut.signal }),
    ]);
    cut.abort();
    if (below(2) === 0) subscriber.cut();
    // What it waits for may be a connection that was refused.
    await subscriber.stop().catch(() => undefined);
    seen.push(...subscriber.movements.map(({ movement }) => movement!.id));
    cursor = subscriber.cursor ?? cursor;
    cuts += 1;
  }
  return { seen, cuts };
}

async function expected(told: Follower['told'], { ledger, start }: Story): Promise<string[]> {
  const entries = await ledger();
  const after = entries.slice(entries.findIndex(({ id }) => id === start) + 1);
  return after.filter(told).map(({ id }) => id);
}

test(`subscribers of a hub that restarts see every movement once (seed ${seed})`, async () => {
  const below = randomNumbers(seed);
  const writer = await startHub();
  const products = [randomUUID(), randomUUID(), randomUUID()];
  const ids = await writer.addItems(
    products.map((productId) => ({ productId, quantity: 1_000_000 })),
  );
  const few = await writer.addItem({
    productId: randomUUID(),
    quantity: 393,
    lowStockThreshold: 390,
  });
  let hub = await startHub({ tenantId: writer.tenantId });
  const story: Story = {
    below,
    hub: () => hub,
    start: (await writer.ledger()).at(-1)!.id,
    load: { runs: true },
    ledger: writer.ledger,
  };
  const concerns = (itemId: string) => (entry: LedgerEntry) =>
    entry.lines.some((each) => each.itemId === itemId);
  const followers: Follower[] = [
    { filter: null, told: () => true },
    { filter: { itemIds: [ids[0]] }, told: concerns(ids[0]!) },
    { filter: { productIds: [products[1]] }, told: concerns(ids[1]!) },
    {
      filter: { lowStock: true },
      told: ({ lines }) => lines.some(({ level }) => level!.quantity <= 390),
    },
    { filter: { itemIds: [] }, told: () => false },
  ];
  const following = followers.map((follower) => follow(follower, story));
  const take = async () => {
    const sold = products.filter(() => below(3) === 0);
    const lines = sold.map((product) => line(product, 1));
    if (lines.length > 0) expect((await writer.call('decrement', lines)).status).toBe(200);
    if (below(8) > 0) return;
    const changes = [{ itemId: few, delta: -1, compareQuantity: null }];
    expect((await change(writer, 'adjust', { changes })).userErrors).toEqual([]);
    lowered += 1;
  };
  let [restarts, lowered] = [0, 0];
  const restarting = (async () => {
    while (restarts < RESTARTS) {
      await pause(below(300));
      await hub.close();
      hub = await startHub({ tenantId: writer.tenantId });
      restarts += 1;
    }
  })();
  // At the least so long that every filter has something to let pass.
  while (restarts < RESTARTS || lowered < 10) {
    await Promise.all(Array.from({ length: 5 }, take));
  }
  await restarting;
  story.load.runs = false;
  const results = await Promise.all(following);
  for (const [i, { told, filter }] of followers.entries()) {
    const { seen, cuts } = results[i]!;
    expect({ seed, filter, seen }).toEqual({ seed, filter, seen: await expected(told, story) });
    expect(cuts).toBeGreaterThan(RESTARTS);
    expect(seen.length > 0).toBe(i < 4);
  }
}, 120_000);
