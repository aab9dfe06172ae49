import { randomUUID } from 'node:crypto';
import { announceTenants } from '../../src/redis/tenants';
import { deleteProduct, moveProducts, saveProduct, startDeliveryHub } from '../support/deliveryHub';
import type { DeliveryHub } from '../support/deliveryHub';
import { newKeyPair } from '../support/pluginHub';

let hub: DeliveryHub;
beforeAll(async () => {
  hub = await startDeliveryHub();
});
afterAll(() => hub.stop());

const stock = { tracked: true, quantity: 9 };

test('the process-wide target has the events of all tenants, from when it was set', async () => {
  const { redis, receiver, openHub } = hub;
  announceTenants(redis);
  const [known, fresh] = [randomUUID(), randomUUID()];
  await saveProduct(redis, known, 'cup', stock);
  // As when the hub is started again with the setting.
  await hub.close();
  const to = await receiver();
  const privateKeyPem = newKeyPair().privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const hubWithTarget = await openHub({ target: { url: to.url, privateKeyPem } });
  announceTenants(hubWithTarget.redis);
  await moveProducts(hubWithTarget.redis, known, { cup: -1 });
  await saveProduct(hubWithTarget.redis, fresh, 'cup', stock);
  const started = performance.now();
  await to.untilAccepted(3);
  // A tenant nobody knew before waits for no sweep, which comes every 10 s.
  expect(performance.now() - started).toBeLessThan(5000);
  const slugsOf = (tenantId: string) =>
    to.accepted.flatMap(({ event, instanceId }) => (instanceId === tenantId ? [event.slug] : []));
  expect(slugsOf(known)).toEqual(['updated_with_reason', 'updated']);
  expect(slugsOf(fresh)).toEqual(['created']);
  await hubWithTarget.close();

  // Which of them it is sent, a setting says.
  const named = { url: to.url, privateKeyPem, eventTypes: ['low_stock', 'deleted'] as const };
  const hubOfTwo = await openHub({ target: named });
  const tenantId = randomUUID();
  announceTenants(hubOfTwo.redis);
  await saveProduct(hubOfTwo.redis, tenantId, 'cup', { ...stock, lowStockThreshold: 8 });
  await moveProducts(hubOfTwo.redis, tenantId, { cup: -1 });
  await deleteProduct(hubOfTwo.redis, tenantId, 'cup');
  await to.untilAccepted(5);
  expect(slugsOf(tenantId)).toEqual(['low_stock', 'deleted']);
  await hubOfTwo.close();
});

test('a wrong target is refused by its name, without what may be secret', async () => {
  const privateKeyPem = newKeyPair().privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const url = 'https://127.0.0.1/hook?token=HUSH';
  const refused = hub.openHub({ target: { url, privateKeyPem }, allowPrivateTargets: false });
  await expect(refused).rejects.toThrow(
    new Error(
      'WEBHOOK_TARGET_URL must be an address of the public internet, ' +
        'got "https://127.0.0.1/hook?…"',
    ),
  );
  const wrong = hub.openHub({ target: { url: 'https://shop.example/', privateKeyPem: 'HUSH' } });
  await expect(wrong).rejects.toThrow(
    'WEBHOOK_SIGNING_KEY_FILE must be a private RSA key of 2048 bits or more, ' +
      'PEM without a password, got something that is no PEM key',
  );
});

test('without the setting the process-wide target has the five types of Wix', async () => {
  const { receiver, openHub } = hub;
  const to = await receiver();
  const privateKeyPem = newKeyPair().privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const { redis, close } = await openHub({ target: { url: to.url, privateKeyPem } });
  announceTenants(redis);
  const tenantId = randomUUID();
  await saveProduct(redis, tenantId, 'cup', { ...stock, lowStockThreshold: 8 });
  await moveProducts(redis, tenantId, { cup: -9 });
  await deleteProduct(redis, tenantId, 'cup');
  await to.untilAccepted(5);
  expect(to.slugs()).toEqual([
    'created',
    'stock_status_updated',
    'updated_with_reason',
    'updated',
    'deleted',
  ]);
  await close();
});
