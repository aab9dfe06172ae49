import { startBareServer, type BareServer } from '../support/bareServer';
import { startGraphqlHub, type GraphqlHub } from '../support/graphqlHub';

let server: BareServer;
let hub: GraphqlHub;
beforeAll(async () => {
  server = await startBareServer();
  hub = await startGraphqlHub({ socketPath: server.socketPath, commandTimeoutMs: 300 });
});
afterAll(async () => {
  await hub.close();
  await server.stop();
});

test('while Redis is away no query is answered from memory', async () => {
  await hub.addItem({ quantity: 5 });
  const ask = (path: string) =>
    fetch(`${hub.hubUrl}/stores/v3/inventory-items/${path}`, {
      headers: { Authorization: hub.allScopes },
    });
  const paths = ['query', 'search', 'count'];
  for (const path of paths) expect((await ask(path)).status).toBe(200);
  // Not events.once: it rejects on 'error', which a lost connection always emits.
  const gone = new Promise<void>((resolve) => hub.redis.once('close', resolve));
  process.kill(server.pid, 'SIGKILL');
  await gone;
  for (const path of paths) {
    const response = await ask(path);
    expect(response.status).toBe(503);
    expect(response.headers.get('retry-after')).toBe('1');
    const code = 'REDIS_UNAVAILABLE';
    expect(await response.json()).toMatchObject({ details: { applicationError: { code } } });
  }
});
