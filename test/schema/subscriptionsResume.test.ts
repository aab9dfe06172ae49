import { randomInt, randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { keys } from '../../src/redis/keys';
import { graphqlHubs, type GraphqlHub } from '../support/graphqlHub';
import { Subscriber, type LiveMessage } from '../support/liveClient';
import { line } from '../support/pluginHub';

const startHub = graphqlHubs();
const subscribers: Subscriber[] = [];

function subscribe({ url, allScopes: token }: GraphqlHub, variables: object = {}): Subscriber {
  const subscriber = new Subscriber({ url, token }, variables);
  subscribers.push(subscriber);
  return subscriber;
}

afterEach(async () => {
  await Promise.all(subscribers.splice(0).map((each) => each.stop()));
});

/** A hub whose tenant has an item, and what takes one unit of it. */
async function stockedHub(quantity = 1_000_000) {
  const hub = await startHub();
  const product = randomUUID();
  await hub.addItem({ productId: product, quantity });
  const take = async () => {
    const { status } = await hub.call('decrement', [line(product, 1)]);
    expect(status).toBe(200);
  };
  const takeMany = async (count: number) => {
    for (let i = 0; i < count; i += 10) {
      await Promise.all(Array.from({ length: Math.min(10, count - i) }, take));
    }
  };
  return { hub, product, take, takeMany };
}

const idsOf = (messages: LiveMessage[]) => messages.map(({ movement }) => movement!.id);

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

describe('after', () => {
  test('0-0 tells everything from the beginning, then what comes', async () => {
    const { hub, take, takeMany } = await stockedHub();
    // More than are kept in memory, more than a page.
    await takeMany(320);
    const subscriber = subscribe(hub, { after: '0-0' });
    await subscriber.told(321);
    await take();
    const told = await subscriber.told(322);
    expect(idsOf(told)).toEqual((await hub.ledger()).map(({ id }) => id));
    expect(subscriber.messages[0]).toMatchObject({ cursor: '0-0', movement: null });
  });

  test('the first cursor of a subscription goes on from there', async () => {
    const { hub, take } = await stockedHub();
    const first = await subscribe(hub).begun();
    const { cursor } = first;
    await first.stop();
    await take();
    const told = await subscribe(hub, { after: cursor }).told(1);
    expect(idsOf(told)).toEqual([(await hub.ledger()).at(-1)!.id]);
  });

  test('a subscriber whose filter lets nothing pass gets newer cursors', async () => {
    const { hub, takeMany } = await stockedHub();
    await takeMany(1000);
    const subscriber = subscribe(hub, { after: '0-0', filter: { itemIds: [] } });
    await subscriber.until(() => subscriber.messages.length === 2);
    const ledger = await hub.ledger();
    expect(subscriber.messages).toEqual([
      { cursor: '0-0', movement: null, changes: [] },
      { cursor: ledger[999]!.id, movement: null, changes: [] },
    ]);
  });

  test('each change shows the item as it was then', async () => {
    const { hub, product, take } = await stockedHub(10);
    const [id] = (await hub.ledger())[0]!.lines.map(({ itemId }) => itemId);
    const rename = async (name: string, revision: string) => {
      await hub.run(
        `mutation ($id: ID!, $name: String!, $revision: String!) {
          inventoryItemUpdate(input: { id: $id, name: $name, revision: $revision }) {
            userErrors { code }
          }
        }`,
        { id, name, revision },
      );
    };
    await rename('first', '1');
    await take();
    await rename('second', '3');
    await take();
    await hub.run(
      'mutation ($id: ID!) { inventoryItemDelete(input: { id: $id }) { userErrors { code } } }',
      { id },
    );
    await hub.create(product, 3);
    const told = await subscribe(hub, { after: '0-0' }).told(7);
    const items = told.map(({ changes: [only] }) => [only!.item.name, only!.item.quantity]);
    expect(items).toEqual([
      [null, 10],
      ['first', 10],
      ['first', 9],
      ['second', 9],
      ['second', 8],
      ['second', 8],
      [null, 3],
    ]);
  });

  test('what is no cursor is refused', async () => {
    const { hub } = await stockedHub();
    const others = ['', 'x', '1', '1-1', '-1-1', `${'9'.repeat(15)}-1`, '1-0', '0-00'];
    for (const after of others) {
      const reason = await subscribe(hub, { after }).ended;
      expect([after, reason]).toMatchObject([
        after,
        [
          {
            message: expect.stringContaining('after must be a cursor of this tenant') as string,
            extensions: { code: 'INVALID_INPUT' },
          },
        ],
      ]);
    }
  });

  test('a cursor that the ledger was trimmed past is refused, the one before it not', async () => {
    const { hub, takeMany } = await stockedHub();
    await takeMany(5);
    const ids = (await hub.ledger()).map(({ id }) => id);
    await hub.redis.xtrim(keys.ledger(hub.tenantId), 'MINID', '=', ids[3]!);
    for (const after of [ids[0]!, ids[1]!, '0-0']) {
      expect(await subscribe(hub, { after }).ended).toMatchObject([
        { extensions: { code: 'CURSOR_GONE' }, path: ['inventoryChanged'] },
      ]);
    }
    const told = await subscribe(hub, { after: ids[2] }).told(3);
    expect(idsOf(told)).toEqual(ids.slice(3));
  });
});

describe('a subscriber that is cut off at random and goes on after its last cursor', () => {
  const seed = Number(process.env['TEST_SEED'] ?? randomInt(2 ** 31));

  test(`sees every movement exactly once (seed ${seed})`, async () => {
    const random = randomNumbers(seed);
    const { hub, takeMany } = await stockedHub();
    const other = await startHub({ tenantId: hub.tenantId });
    const start = (await hub.ledger()).at(-1)!.id;
    const load = { runs: true };
    const movements = takeMany(600).finally(() => (load.runs = false));
    const seen: string[] = [];
    let cursor = start;
    let cuts = 0;
    while (load.runs || seen.length < 600) {
      // Also over to another process.
      const subscriber = subscribe(random() < 0.5 ? hub : other, { after: cursor });
      const most = Math.floor(random() * 60);
      const cut = new AbortController();
      await Promise.race([
        subscriber.told(load.runs ? most : 600 - seen.length),
        pause(random() * 60 + (load.runs ? 0 : 5000), undefined, { signal: cut.signal }),
      ]);
      cut.abort();
      if (random() < 0.5) subscriber.cut();
      await subscriber.stop();
      seen.push(...idsOf(subscriber.movements));
      cursor = subscriber.cursor ?? cursor;
      cuts += 1;
    }
    await movements;
    const ledger = (await hub.ledger()).map(({ id }) => id);
    expect({ seed, seen }).toEqual({ seed, seen: ledger.slice(ledger.indexOf(start) + 1) });
    expect(cuts).toBeGreaterThan(10);
  }, 120_000);
});
