import { randomUUID } from 'node:crypto';
import { addressesInHosts, fullNames, parseResolverFile } from '../../src/events/nameFiles';
import { createNameLookup, type NameLookup } from '../../src/events/nameLookup';
import { createSubscription, subscriptionHealth } from '../../src/events/subscriptions';
import { saveProduct, startDeliveryHub } from '../support/deliveryHub';
import { NameServer } from '../support/nameServer';

let server: NameServer;
let names: NameLookup;
beforeEach(async () => {
  server = await new NameServer().start();
  names = createNameLookup(1000, server.sources);
});
afterEach(async () => {
  names.close();
  await server.close();
});

const found = async (name: string) => (await names.addressesOf(name)).map(({ address }) => address);

test('a name has its addresses of both kinds, IPv4 first, asked for once', async () => {
  server.answer = () => ['2001:4860::1', '93.184.216.34', '2001:4860::2'];
  const all = await Promise.all([1, 2, 3].map(() => found('shop.example')));
  expect(all[0]).toEqual(['93.184.216.34', '2001:4860::1', '2001:4860::2']);
  expect(all).toEqual([all[0], all[0], all[0]]);
  expect(await found('shop.example')).toEqual(all[0]);
  expect(server.asked.sort()).toEqual(['A shop.example', 'AAAA shop.example']);
});

test('a name that nobody answers for has none, in time, and others do not wait', async () => {
  server.answer = (name) => (name.startsWith('silent') ? 'silent' : ['10.0.0.1']);
  let ended = 0;
  const silent = Array.from({ length: 50 }, async (_, i) => {
    const addresses = await found(`silent${i}.example`);
    ended += 1;
    return addresses;
  });
  expect(await found('shop.example')).toEqual(['10.0.0.1']);
  expect(ended).toBe(0);
  expect(new Set((await Promise.all(silent)).flat())).toEqual(new Set());
  // That it has none is gone by for a while.
  const asked = server.asked.length;
  expect(await found('silent0.example')).toEqual([]);
  expect(server.asked).toHaveLength(asked);
});

test('one kind of address without an answer does not hide the other', async () => {
  server.answer = (_name, type) => (type === 'AAAA' ? 'silent' : ['10.0.0.1']);
  expect(await found('shop.example')).toEqual(['10.0.0.1']);
});

test('the hosts file goes first, localhost is this machine; DNS is asked for neither', async () => {
  server.writeHosts('10.0.0.7 Shop.example shop # other.example\n::7\tshop\nnonsense shop\n');
  expect(await found('shop.example')).toEqual(['10.0.0.7']);
  expect(await found('shop')).toEqual(['10.0.0.7', '::7']);
  expect(await found('localhost')).toEqual(['127.0.0.1', '::1']);
  expect(await found('api.localhost')).toEqual(['127.0.0.1', '::1']);
  expect(server.asked).toEqual([]);
  expect(await found('other.example')).toEqual([]);
  expect(server.asked).not.toEqual([]);
});

test('short names are found in the search domains, also of a file that changed', async () => {
  server.answer = (name) => (name === 'hook.shop.svc.local' ? ['10.0.0.1'] : []);
  expect(await found('hook.shop')).toEqual([]);
  server.writeRules('search shop.svc.local svc.local', 'options ndots:5');
  expect(await found('hook')).toEqual(['10.0.0.1']);
  expect(await found('hook.shop.svc.local')).toEqual(['10.0.0.1']);
});

test('the next domain is not asked when one is silent: it would be somebody else', async () => {
  server.writeRules('search first.local second.local');
  server.answer = (name) => (name === 'hook.first.local' ? 'silent' : ['10.0.0.1']);
  expect(await found('hook')).toEqual([]);
  expect(new Set(server.asked)).toEqual(new Set(['A hook.first.local', 'AAAA hook.first.local']));
});

test.each([
  ['shop.example', 1, ['shop.example', 'shop.example.a', 'shop.example.b.c']],
  ['shop', 1, ['shop.a', 'shop.b.c', 'shop']],
  ['shop.example', 5, ['shop.example.a', 'shop.example.b.c', 'shop.example']],
  ['shop.', 5, ['shop.']],
])('%s stands for, with ndots %d, %j', (name, dots, full) => {
  expect(fullNames(name, { servers: [], search: ['a', '.', 'b.c.'], dots })).toEqual(full);
});

test('a resolver file is read as the system reads it', () => {
  const text = '# x\nnameserver 1.1.1.1 ; y\nnameserver ::1\ndomain a\nsearch b c\n';
  expect(parseResolverFile(text)).toEqual({
    servers: ['1.1.1.1', '::1'],
    search: ['b', 'c'],
    dots: 1,
  });
  expect(parseResolverFile('options rotate ndots:99')).toMatchObject({ servers: [], dots: 15 });
  expect(addressesInHosts('', 'shop')).toEqual([]);
});

test('silent name servers of one tenant hold up no receiver of another', async () => {
  server.answer = (name) => (name === 'alive.example' ? ['127.0.0.1'] : 'silent');
  const hub = await startDeliveryHub({
    timeoutMs: 2000,
    retryScheduleSeconds: Array.from({ length: 200 }, () => 0.2),
    names: server.sources,
  });
  const [alive, repaired] = [await hub.receiver(), await hub.receiver()];
  const at = (url: string, hostname: string) => url.replace('127.0.0.1', hostname);
  const [tenantId, other] = [randomUUID(), randomUUID()];
  const ids: string[] = [];
  for (let i = 0; i < 5; i += 1) {
    const url = at(repaired.url, `dead${i}.example`);
    ids.push((await createSubscription(hub.deps, tenantId, { url })).subscription.id);
  }
  const health = () => subscriptionHealth(hub, tenantId, ids[0]!);
  await createSubscription(hub.deps, other, { url: at(alive.url, 'alive.example') });
  await saveProduct(hub.redis, tenantId, 'cup', { tracked: true, quantity: 1 });
  while (!server.asked.includes('A dead4.example')) await new Promise(setImmediate);
  await saveProduct(hub.redis, other, 'cup', { tracked: true, quantity: 1 });
  await alive.untilAccepted(1);
  // Not one of the silent lookups had ended.
  expect((await health()).lastFailure).toBeNull();

  while ((await health()).lastFailure === null);
  expect((await health()).lastFailure).toBe('no address');
  server.answer = () => ['127.0.0.1'];
  await repaired.untilAccepted(5);
  expect(repaired.accepted.map(({ instanceId }) => instanceId)).toEqual(ids.map(() => tenantId));
  expect(alive.calls.map(({ instanceId }) => instanceId)).toEqual([other]);
  await hub.stop();
});
