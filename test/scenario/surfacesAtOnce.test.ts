import { randomUUID } from 'node:crypto';
import { verifyTenant } from '../../src/inventory/verify';
import { change } from '../schema/changes';
import { graphqlHubs, type GraphqlHub } from '../support/graphqlHub';
import { line } from '../support/pluginHub';

const startHub = graphqlHubs();

describe('100 writers at once, through GraphQL and the plugin, in two processes', () => {
  const WRITERS = 100;
  const CALLS = 10;
  const PRODUCTS = 5;
  /** Less than what is asked for, so that it sells out. */
  const UNITS = 120;

  test('no unit is lost or sold twice', async () => {
    const hub = await startHub();
    const other = await startHub({ tenantId: hub.tenantId });
    const products = Array.from({ length: PRODUCTS }, () => randomUUID());
    const ids = await hub.addItems(
      products.map((productId) => ({ productId, quantity: UNITS, lowStockThreshold: 20 })),
    );
    const sold = products.map(() => 0);
    const unexpected: unknown[] = [];

    const throughPlugin = async (at: GraphqlHub, product: number, units: number) => {
      const lines = [line(products[product]!, Math.abs(units))];
      const { status } = await at.call(units < 0 ? 'decrement' : 'increment', lines, {
        reason: units < 0 ? 'ORDER_PLACED' : 'ORDER_CANCELED',
      });
      if (status !== 200 && status !== 428) unexpected.push(status);
      return status === 200;
    };
    const throughGraphql = async (at: GraphqlHub, product: number, delta: number) => {
      const changes = [{ itemId: ids[product]!, delta, compareQuantity: null }];
      const { userErrors } = await change(at, 'adjust', { changes });
      const codes = userErrors.map(({ code }) => code);
      if (codes.length > 0 && codes.join() !== 'INSUFFICIENT_AVAILABLE') unexpected.push(codes);
      return codes.length === 0;
    };
    const writer = async (number: number) => {
      const move = number % 2 ? throughPlugin : throughGraphql;
      const at = number % 4 < 2 ? hub : other;
      for (let call = 0; call < CALLS; call += 1) {
        const product = (number + call) % PRODUCTS;
        if (await move(at, product, -1)) sold[product]! += 1;
        // Some are brought back, and sold again by others.
        if (number % 5 === 0 && sold[product]! > 0 && call % 3 === 0) {
          if (await move(at, product, 1)) sold[product]! -= 1;
        }
      }
    };
    await Promise.all(Array.from({ length: WRITERS }, (_, number) => writer(number)));
    expect(unexpected).toEqual([]);

    const left = await Promise.all(products.map((product) => hub.level(product)));
    expect(left.map(({ quantity }, i) => quantity + sold[i]!)).toEqual(products.map(() => UNITS));
    const entries = (await hub.ledger()).filter(({ operation }) => operation !== 'IMPORT');
    // Never below zero, not even for a moment; and each movement is of one unit.
    const lines = entries.flatMap((entry) => entry.lines);
    expect(lines.filter(({ level }) => level!.quantity < 0)).toEqual([]);
    expect(lines.filter(({ delta }) => Math.abs(delta) !== 1)).toEqual([]);
    const taken = lines.reduce((sum, { delta }) => sum - delta, 0);
    expect(taken).toBe(sold.reduce((sum, units) => sum + units, 0));
    expect(taken).toBeGreaterThan(PRODUCTS * UNITS * 0.9);
    const operations = new Set(entries.map(({ operation }) => operation));
    expect([...operations].sort()).toEqual(['ADJUST', 'DECREMENT', 'INCREMENT']);
    expect(await verifyTenant(hub.inventory, hub.tenantId)).toMatchObject({ driftCount: 0 });
  }, 120_000);
});
