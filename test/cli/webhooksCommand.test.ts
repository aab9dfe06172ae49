import { randomUUID } from 'node:crypto';
import { createSubscription, listSubscriptions } from '../../src/events/subscriptions';
import { announceTenants } from '../../src/redis/tenants';
import { keys } from '../../src/redis/keys';
import { deleteProduct, saveProduct, startDeliveryHub } from '../support/deliveryHub';
import type { DeliveryHub } from '../support/deliveryHub';
import { newKeyPair } from '../support/pluginHub';
import type { WebhookReceiver } from '../support/webhookReceiver';
import { commandPlace } from './runHub';

const place = commandPlace();
let hub: DeliveryHub;
afterEach(() => hub.stop());

const env = (more: Record<string, string> = {}) => ({ REDIS_URL: hub.socketPath, ...more });
const run = (...words: string[]) => place.run(['webhooks', ...words], env());
const stock = { tracked: true, quantity: 5 };

async function received(schedule: number[], behaviour: WebhookReceiver['behaviour'] = () => 200) {
  hub = await startDeliveryHub({ retryScheduleSeconds: schedule });
  const to = await hub.receiver();
  to.behaviour = behaviour;
  const { tenantId, subscription } = await hub.subscribe(to);
  return { to, tenantId, id: subscription.id };
}

/** Asks the store until a hash has so many fields. */
async function untilKept(key: string, count: number): Promise<void> {
  while ((await hub.redis.hlen(key)) !== count);
}

interface Listed {
  tenantId: string;
  id: string;
  url: string | null;
  enabled: boolean;
  eventTypes: string[];
  health: { lag: number; deadLetters: number; lastFailureReason: string | null };
}

const list = async (words: string[] = [], more: Record<string, string> = {}) => {
  const { exitCode, stdout } = await place.run(['webhooks', 'list', ...words], env(more));
  expect(exitCode).toBe(0);
  return stdout;
};
const lines = <Row>(text: string) =>
  text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Row);

test('receivers are listed with how delivery goes, and without what may be secret', async () => {
  const { to, tenantId, id } = await received([0.05], () => 503);
  const other = randomUUID();
  const url = `${to.url}?token=HUSH`;
  const named = { url, enabled: false, eventTypes: ['low_stock'] as const };
  await createSubscription(hub.deps, other, named);
  await saveProduct(hub.redis, tenantId, 'mug', stock);
  await untilKept(keys.deadLetters(tenantId, id), 1);

  const all = lines<Listed>(await list(['--json']));
  expect(all.map((row) => row.tenantId).sort()).toEqual([tenantId, other].sort());
  expect(all.find((row) => row.id === id)).toMatchObject({
    ...{ tenantId, url: to.url, enabled: true },
    eventTypes: ['stock_status_updated', 'updated_with_reason', 'created', 'updated', 'deleted'],
    health: { lag: 0, waitingRetries: 0, deadLetters: 1, lastFailureReason: 'status 503' },
  });
  expect(all.find((row) => row.tenantId === other)).toMatchObject({
    ...{ url: `${to.url}?…`, enabled: false, eventTypes: ['low_stock'] },
  });
  expect(lines<Listed>(await list(['--json', '--tenant', other]))).toHaveLength(1);

  const text = await list();
  expect(text).toContain(`${tenantId}  ${id}  ${to.url}  enabled`);
  expect(text).toContain('dead letters         1\n');
  expect(text).toContain('missed movements     0\n');
  expect(text).toMatch(/last failure {9}20\S+Z status 503\n/);
  expect(text + JSON.stringify(all)).not.toMatch(/HUSH|PRIVATE KEY/);
  expect(await list(['--tenant', other])).not.toContain(tenantId);
});

test('dead letters are printed with their payload and tried again, all or some', async () => {
  const { to, tenantId, id } = await received([0.05], () => 503);
  for (const product of ['mug', 'cup', 'pot']) {
    await saveProduct(hub.redis, tenantId, product, stock);
  }
  await untilKept(keys.deadLetters(tenantId, id), 3);
  const printed = await run('dead-letters', tenantId, id, '--json');
  const letters = lines<{ eventId: string; payload: object }>(printed.stdout);
  expect(letters).toHaveLength(3);
  for (const { eventId, payload } of letters) {
    expect(payload).toEqual(to.calls.find(({ event }) => event.id === eventId)!.event);
  }
  expect(letters[0]).toMatchObject({
    eventType: 'wix.stores.catalog.v3.inventory_item_created',
    ...{ attempts: 2, failure: 'status 503' },
  });
  const text = (await run('dead-letters', tenantId, id)).stdout;
  expect(text).toContain(
    `${letters[0]!.eventId}  created  2 attempts, the last: status 503\n  {"id"`,
  );

  // A foreign tenant reaches none of it.
  const stranger = randomUUID();
  for (const command of ['dead-letters', 'replay-dead-letters', 'retry-now']) {
    for (const [tenant, receiver] of [
      [stranger, id],
      [tenantId, 'hub'],
    ] as const) {
      expect(await run(command, tenant, receiver)).toEqual({
        ...{ exitCode: 1, stdout: '' },
        stderr: expect.stringContaining(`There is no subscription ${receiver}.\n`) as string,
      });
    }
  }
  to.behaviour = () => 200;
  const [first, ...rest] = letters.map(({ eventId }) => eventId) as [string, ...string[]];
  const foreign = randomUUID();
  const some = await run('replay-dead-letters', tenantId, id, '--event', first, foreign);
  expect(some).toEqual({
    exitCode: 1,
    stdout: 'Dead letters that are tried again: 1.\n',
    stderr: expect.stringContaining(
      'No dead letters of the receiver: 1 of those named.\n',
    ) as string,
  });
  await to.untilAccepted(1);
  expect(to.accepted.map(({ event }) => event.id)).toEqual([first]);
  expect(await run('replay-dead-letters', tenantId, id)).toMatchObject({
    ...{ exitCode: 0, stdout: 'Dead letters that are tried again: 2.\n' },
  });
  await to.untilAccepted(3);
  expect(new Set(to.accepted.map(({ event }) => event.id))).toEqual(new Set([first, ...rest]));
  await untilKept(keys.deadLetters(tenantId, id), 0);
});

test('movements of the past are sent once more, and what waits is tried now', async () => {
  const { to, tenantId, id } = await received([3600]);
  await saveProduct(hub.redis, tenantId, 'mug', stock);
  await to.untilAccepted(1);
  // One at a time: the one before may be about to end.
  const replay = async (...words: string[]) => {
    for (;;) {
      const ran = await run('replay', tenantId, id, ...words);
      if (!ran.stderr.includes('waits or runs already')) return ran;
    }
  };
  const sent = { exitCode: 0, stdout: 'The events are sent once more, beside the new ones.\n' };
  expect(await replay('--from', '0-0')).toMatchObject(sent);
  await to.untilAccepted(2);
  expect(await replay('--from', '2020-01-31T08:00:00+01:00')).toMatchObject(sent);
  await to.untilAccepted(3);
  expect(new Set(to.accepted.map(({ event }) => event.id)).size).toBe(1);
  // Up to a time before it: nothing. What comes after it shows that nothing was sent.
  const past = ['--from', '0-0', '--to', '2020-01-31T08:00:00Z'];
  expect(await replay(...past)).toMatchObject(sent);
  to.behaviour = () => 500;
  await deleteProduct(hub.redis, tenantId, 'mug');
  await untilKept(keys.webhookRetries(tenantId, id), 1);
  expect(to.calls).toHaveLength(4);
  to.behaviour = () => 200;
  expect(await run('retry-now', tenantId, id)).toMatchObject({
    ...{ exitCode: 0, stdout: 'Waiting events that are tried now: 1.\n' },
  });
  await to.untilAccepted(4);
  expect(to.slugs()).toEqual(['created', 'created', 'created', 'deleted']);
});

test('the process-wide target is listed, and its dead letters are tried again', async () => {
  await received([0.05]);
  await hub.close();
  const to = await hub.receiver();
  to.behaviour = () => 503;
  const privateKeyPem = newKeyPair().privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const { redis } = await hub.openHub({ target: { url: to.url, privateKeyPem } });
  announceTenants(redis);
  const [failed, well] = [randomUUID(), randomUUID()];
  await saveProduct(redis, failed, 'mug', stock);
  await untilKept(keys.deadLetters(failed, 'hub'), 1);
  to.behaviour = () => 200;
  await saveProduct(redis, well, 'mug', stock);
  await to.untilAccepted(1);
  while ((await redis.hget(keys.webhookState(well, 'hub'), 'delivered')) !== '1');

  const target = {
    WEBHOOK_TARGET_URL: `${to.url}?token=HUSH`,
    WEBHOOK_TARGET_EVENT_TYPES: 'deleted',
  };
  const rows = lines<Listed>(await list(['--json'], target)).filter((row) => row.id === 'hub');
  expect(rows.map((row) => row.tenantId).sort()).toEqual([failed, well].sort());
  expect(rows[0]).toMatchObject({ url: `${to.url}?…`, enabled: true, eventTypes: ['deleted'] });
  const text = await list();
  expect(text).toContain(`${failed}  hub  WEBHOOK_TARGET_URL is not set here  disabled`);
  expect(text).not.toContain(well);
  expect(text).toContain('hub: 1 more tenants, of which it has got all.\n');
  expect(await list(['--tenant', well])).toContain(`${well}  hub  `);

  // As a process of its own, as operators run it.
  const command = ['webhooks', 'replay-dead-letters', failed, 'hub'];
  expect(await place.start(command, env()).ended).toMatchObject({
    ...{ exitCode: 0, stdout: 'Dead letters that are tried again: 1.\n' },
  });
  await to.untilAccepted(2);
  expect(to.accepted[1]).toMatchObject({ instanceId: failed });
  expect(await run('replay', failed, 'hub', '--from', '0-0')).toMatchObject({ exitCode: 0 });
  await to.untilAccepted(3);
  expect(await run('retry-now', failed, 'hub')).toMatchObject({
    ...{ exitCode: 0, stdout: 'Waiting events that are tried now: 0.\n' },
  });
});

test('what is no tenant, receiver, place or event is a wrong command line', async () => {
  const { tenantId, id } = await received([0.05]);
  for (const words of [
    ['list', '--tenant', '{shop}'],
    ['dead-letters', tenantId],
    ['dead-letters', tenantId, 'target'],
    ['retry-now', '{shop}', id],
    ['replay', tenantId, id],
    ['replay', tenantId, id, '--from', 'yesterday'],
    ['replay', tenantId, id, '--from', '2026-01-31'],
    ['replay-dead-letters', tenantId, id, '--event', 'x'],
  ]) {
    expect([words, (await run(...words)).exitCode]).toEqual([words, 2]);
  }
  expect(await listSubscriptions(hub, tenantId)).toHaveLength(1);
});
