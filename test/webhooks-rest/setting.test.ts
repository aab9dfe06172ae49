import { randomUUID } from 'node:crypto';
import { readItems } from '../../src/redis/reads';
import { ERRORS } from '../schema/changes';
import { graphqlHub } from '../support/graphqlHub';
import { bodies, webhookData, wixEntity } from './wixEvents';

const hub = graphqlHub();

const UPDATE = `mutation ($policy: IncomingQuantityPolicy) {
  settingsUpdate(input: { incomingQuantities: $policy }) {
    settings { incomingQuantities } ${ERRORS}
  }
}`;

test('who wins is a setting of the tenant, from one event to the next', async () => {
  const product = randomUUID();
  const id = await hub().addItem({ productId: product, quantity: 5 });
  const tell = async (sequence: number) => {
    const more = { productId: product, variantId: null, locationId: null, quantity: 10 * sequence };
    const entity = wixEntity({ ...more, id: '68f4f6d1-9711-470c-9e51-77715adbfb64' });
    const event = { sequence: String(sequence) };
    const data = webhookData(hub().tenantId, 'updated', bodies.updated(entity), event);
    const { status } = await hub().postToken('/webhooks/wix', await hub().sign(data));
    expect(status).toBe(200);
    return (await readItems(hub().redis, hub().tenantId, [id]))[0]?.quantity;
  };
  const change = async (policy: string) => {
    const { settingsUpdate } = await hub().run(UPDATE, { policy });
    expect(settingsUpdate).toEqual({ settings: { incomingQuantities: policy }, userErrors: [] });
  };
  expect(await hub().run('{ settings { incomingQuantities } }')).toEqual({
    settings: { incomingQuantities: 'HUB_WINS' },
  });
  expect(await tell(1)).toBe(5);
  await change('WIX_WINS');
  expect(await tell(2)).toBe(20);
  await change('HUB_WINS');
  expect(await tell(3)).toBe(20);
});

test('it takes the scope of an administrator to set it', async () => {
  const token = await hub().signToken(['inventory:read', 'inventory:write']);
  const { errors } = await hub().query(UPDATE, { policy: 'WIX_WINS' }, { token });
  expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
});
