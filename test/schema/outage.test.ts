import { randomUUID } from 'node:crypto';
import { startBareServer, type BareServer } from '../support/bareServer';
import { graphqlHub, startGraphqlHub, type GraphqlHub } from '../support/graphqlHub';
import { change, sendChange } from './changes';
import { listPage } from './walk';

/** What no caller may read: places in the code, names of keys, addresses of the store. */
const INTERNALS = new RegExp(
  'node_modules|/src/|[.]ts:|\\bat \\w|levels|ledger|documents|:settings|[.]sock|ECONN|EVALSHA',
);

describe('while Redis is away', () => {
  let server: BareServer;
  let hub: GraphqlHub;
  beforeEach(async () => {
    server = await startBareServer();
    hub = await startGraphqlHub({ socketPath: server.socketPath, commandTimeoutMs: 300 });
  });
  afterEach(async () => {
    await hub.close();
    await server.stop();
  });
  // Not events.once: it rejects on 'error', which a lost connection always emits.
  const closed = () => new Promise<void>((resolve) => hub.redis.once('close', resolve));

  const QUERIES = [
    '{ settings { revision } }',
    '{ locations { id } }',
    '{ inventoryItems { totalCount } }',
    `{ inventoryItem(id: "${randomUUID()}") { id } }`,
    `{ order(orderId: "${randomUUID()}") { orderId } }`,
    '{ operation(key: "k") { key } }',
    `{ inventoryPreview(lines: [{ itemId: "${randomUUID()}", units: -1 }]) { possible } }`,
    '{ movements { nodes { id } } }',
    `{ stockAt(itemIds: ["${randomUUID()}"]) { quantity } }`,
    `{ explain(itemId: "${randomUUID()}") { quantity } }`,
    '{ refusals { nodes { id } } }',
    '{ lostSales { refusals } }',
    `mutation {
      inventoryCount(input: { lines: [{ itemId: "${randomUUID()}", countedQuantity: 1 }] }) {
        userErrors { code }
      }
    }`,
    'mutation { settingsUpdate(input: { unknownItems: RECORD }) { userErrors { code } } }',
    'mutation { locationCreate(input: { name: "A" }) { userErrors { code } } }',
    `mutation {
      inventoryItemCreate(input: { productId: "p", quantity: 1 }) { userErrors { code } }
    }`,
  ];

  test('every operation says so, and nothing of the inside', async () => {
    const id = await hub.addItem({ quantity: 5 });
    await listPage(hub, {});
    const gone = closed();
    process.kill(server.pid, 'SIGKILL');
    await gone;
    const adjust = { changes: [{ itemId: id, delta: 1, compareQuantity: null }] };
    const answers = [
      ...(await Promise.all(QUERIES.map((each) => hub.query(each)))),
      await sendChange(hub, 'adjust', adjust),
    ];
    for (const { errors, text } of answers) {
      expect(errors).toMatchObject([{ extensions: { code: 'REDIS_UNAVAILABLE' } }]);
      expect(errors![0]!.message).toContain('not known whether the call was applied');
      expect(errors![0]!.message).toContain('the same idempotency key');
      expect(text).not.toMatch(INTERNALS);
    }
    expect(hub.logged.join('')).not.toContain(hub.allScopes);
  });

  test('a change whose answer never came is applied once, and operation tells of it', async () => {
    const [id, key] = [await hub.addItem({ quantity: 5 }), randomUUID()];
    const adjust = () =>
      sendChange(
        hub,
        'adjust',
        { changes: [{ itemId: id, delta: -2, compareQuantity: null }] },
        { key },
      );
    await hub.run('{ settings { revision } }');
    process.kill(server.pid, 'SIGSTOP');
    const lost = await adjust();
    expect(lost.errors).toMatchObject([{ extensions: { code: 'REDIS_UNAVAILABLE' } }]);
    process.kill(server.pid, 'SIGCONT');
    const { data } = await adjust();
    expect(data!.changed).toMatchObject({
      userErrors: [],
      movement: { lines: [{ delta: -2, quantityAfter: 3 }] },
    });
    const { operation } = await hub.run<{ operation: { movement: { id: string } } }>(
      'query ($key: String!) { operation(key: $key) { movement { id } } }',
      { key },
    );
    expect(operation.movement.id).toBe(data!.changed.movement!.id);
    expect((await listPage(hub, {})).nodes).toMatchObject([{ quantity: 3 }]);
  });

  test('the limit of the rate needs Redis too: 503 and when to come back', async () => {
    const limited = await startGraphqlHub({
      socketPath: server.socketPath,
      commandTimeoutMs: 300,
      pointsPerMinute: 10,
    });
    const gone = new Promise<void>((resolve) => limited.redis.once('close', resolve));
    process.kill(server.pid, 'SIGKILL');
    await gone;
    const answer = await limited.query('{ settings { revision } }');
    await limited.close();
    expect(answer.status).toBe(503);
    expect(answer.errors).toMatchObject([{ extensions: { code: 'REDIS_UNAVAILABLE' } }]);
    expect(answer.headers.get('retry-after')).toBe('1');
    expect(answer.text).not.toMatch(INTERNALS);
  });
});

describe('a bug', () => {
  const hub = graphqlHub();

  test('is told of without a word of it; the log has all of it', async () => {
    const { redis, tenantId } = hub();
    // A value of a type nobody put there.
    await redis.set(`{${tenantId}}:locations`, 'not a hash');
    const answer = await hub().query('{ locations { id } settings { revision } }');
    expect(answer.errors).toEqual([
      {
        message: 'Something went wrong in the hub.',
        path: ['locations'],
        locations: [{ line: 1, column: 3 }],
        extensions: { code: 'INTERNAL' },
      },
    ]);
    expect(answer.text).not.toMatch(INTERNALS);
    expect(hub().logged.join('')).toContain('WRONGTYPE');
    await redis.del(`{${tenantId}}:locations`);
    expect((await hub().query('{ locations { id } }')).errors).toBeUndefined();
  });

  test('a mutation that breaks inside is a top-level error, never a user error', async () => {
    const { redis, tenantId } = hub();
    const id = await hub().addItem({ quantity: 1 });
    const kept = await redis.dumpBuffer(`{${tenantId}}:index:status`);
    await redis.set(`{${tenantId}}:order:`, 'x');
    await redis.del(`{${tenantId}}:index:status`);
    await redis.set(`{${tenantId}}:index:status`, 'not a set');
    const input = { changes: [{ itemId: id, delta: -1, compareQuantity: null }] };
    const answer = await sendChange(hub(), 'adjust', input);
    expect(answer.errors).toMatchObject([{ extensions: { code: 'INTERNAL' } }]);
    expect(answer.text).not.toMatch(INTERNALS);
    await redis.restore(`{${tenantId}}:index:status`, 0, kept, 'REPLACE');
    expect((await change(hub(), 'adjust', input)).userErrors).toBeDefined();
  });
});
