import { randomUUID } from 'node:crypto';
import { changeSettings } from '../../src/inventory/changeSettings';
import { line, pluginHub, startPluginHub } from '../support/pluginHub';

const BOOKINGS = '13d21c63-b5ec-5912-8397-c3a5ddb27a97';
const hub = pluginHub({ catalogIdentityOptions: { [BOOKINGS]: ['slot', 'day'] } });

describe('which item a line means', () => {
  test('the variant, whatever its case, modifiers and free text', async () => {
    const [product, variant] = [randomUUID(), randomUUID()];
    await hub().create(product, 10, variant);
    const options = { options: { color: 'red' }, customTextFields: { Engraving: 'Mia' } };
    const upper = { variantId: variant.toUpperCase(), options };
    await hub().call('decrement', [line(product.toUpperCase(), 1, upper)]);
    await hub().call('decrement', [line(product, 1, { variantId: variant })]);
    expect((await hub().level(product, variant)).quantity).toBe(8);
  });

  test('the product itself for the nil variant and for none', async () => {
    const product = randomUUID();
    await hub().create(product, 10);
    const nil = '00000000-0000-0000-0000-000000000000';
    await hub().call('decrement', [line(product, 1, { variantId: nil })]);
    await hub().call('decrement', [line(product, 1)]);
    expect((await hub().level(product)).quantity).toBe(8);
  });

  test('the location named, else the default one', async () => {
    const [product, place] = [randomUUID(), randomUUID()];
    await hub().create(product, 10);
    await hub().create(product, 10, null, place);
    await hub().call('decrement', [line(product, 1, { locationId: place.toUpperCase() })]);
    await hub().call('decrement', [line(product, 2, { locationId: null })]);
    expect((await hub().level(product, null, place)).quantity).toBe(9);
    expect((await hub().level(product)).quantity).toBe(8);
  });

  test('for another catalog, the configured options and no others', async () => {
    await changeSettings(hub().inventory, hub().tenantId, { unknownItems: 'RECORD' });
    const book = (options: object) =>
      hub().call(
        'decrement',
        [
          {
            catalogReference: { appId: BOOKINGS, catalogItemId: 'yoga', options },
            quantity: 1,
            subscriptionItem: false,
          },
        ],
        { restrictInventoryValue: false },
      );
    for (const options of [
      { slot: '9:00', day: 1 },
      { day: 1, slot: '9:00', note: 'x' },
      { slot: '10:00', day: 1 },
      { note: 'y' },
    ]) {
      expect((await book(options)).status).toBe(200);
    }
    const items = (await hub().ledger()).slice(-4).map(({ lines }) => lines[0]!.itemId);
    expect(items[0]).toBe(items[1]);
    expect(new Set(items).size).toBe(3);
    await changeSettings(hub().inventory, hub().tenantId, { unknownItems: 'REJECT' });
  });

  test("a tenant can't reach another's items", async () => {
    const other = await startPluginHub();
    const product = randomUUID();
    await hub().create(product, 5);
    const call = { metadata: { instanceId: other.tenantId } };
    expect((await hub().call('decrement', [line(product, 1)], call)).status).toBe(428);
    expect((await hub().level(product)).quantity).toBe(5);
    await other.close();
  });
});

describe('tenant settings', () => {
  test('RECORD keeps a paid order of an unknown item, but no strict call', async () => {
    const product = randomUUID();
    await changeSettings(hub().inventory, hub().tenantId, { unknownItems: 'RECORD' });
    const items = [line(product, 2), line(product, 1)];
    expect((await hub().call('decrement', items)).status).toBe(428);
    const paid = { restrictInventoryValue: false, reason: 'ORDER_PAID' };
    expect((await hub().call('decrement', items, paid)).status).toBe(200);
    expect(await hub().level(product)).toMatchObject({ quantity: -3, revision: 1, tracked: true });
    await changeSettings(hub().inventory, hub().tenantId, { unknownItems: 'REJECT' });
  });

  test('IGNORE records subscription lines and changes nothing', async () => {
    const product = randomUUID();
    await hub().create(product, 5);
    await changeSettings(hub().inventory, hub().tenantId, { subscriptionItems: 'IGNORE' });
    const items = [line(product, 4, { subscriptionItem: true }), line(product, 3)];
    expect((await hub().call('decrement', items)).status).toBe(200);
    expect((await hub().level(product)).quantity).toBe(2);
    const [ignored, moved] = (await hub().ledger()).at(-1)!.lines;
    expect(ignored).toMatchObject({ ignored: true, units: -4, delta: 0 });
    expect(moved).toMatchObject({ ignored: false, units: -3, delta: -3 });
    await changeSettings(hub().inventory, hub().tenantId, { subscriptionItems: 'TRACK' });
  });
});
