import { randomUUID } from 'node:crypto';
import { scopes, type Scope } from '../../src/auth/principal';
import { signApiToken } from '../../src/auth/signApiToken';
import { buildHubSchema } from '../../src/schema/buildSchema';
import { graphqlHub, graphqlHubs, type GraphqlHub } from '../support/graphqlHub';
import { line } from '../support/pluginHub';
import { openShop } from '../support/shop';
import { change } from './changes';
import { rootFieldsOf, type ValueOf } from './rootFields';
import { listPage } from './walk';

const hub = graphqlHub();
const startHub = graphqlHubs();
const rootFields = rootFieldsOf(buildHubSchema());

const codesOf = ({ errors }: { errors: { extensions: object }[] | undefined }) =>
  (errors ?? []).map(({ extensions }) => (extensions as { code: string }).code);

describe.each(rootFields.map((field) => [field.name, field] as const))('%s', (_name, field) => {
  const { operation, variables, scope } = field;
  const send = (token: string | null) => hub().query(operation, variables(), { token });

  test('needs a token', async () => {
    const answer = await send(null);
    expect(codesOf(answer)).toEqual(['UNAUTHENTICATED']);
    expect(Object.values(answer.data ?? {}).filter((value) => value !== null)).toEqual([]);
  });

  test('needs the scope its description names, no less and no more', async () => {
    const needed = scopes.indexOf(scope as Scope);
    expect(needed).toBeGreaterThanOrEqual(0);
    const before = await openShop(hub().redis, hub().tenantId).dump();
    for (const granted of [[], ...scopes.map((each) => [each])]) {
      const enough = granted.some((each) => scopes.indexOf(each) >= needed);
      if (enough) continue;
      const answer = await send(await hub().signToken(granted));
      expect(codesOf(answer)).toEqual(['FORBIDDEN']);
      expect(answer.errors![0]!.message).toBe(`The token lacks the scope ${scope}.`);
    }
    expect(await openShop(hub().redis, hub().tenantId).dump()).toEqual(before);
    const allowed = await send(await hub().signToken([scopes[needed]!]));
    expect(codesOf(allowed)).not.toContain('FORBIDDEN');
    expect(codesOf(allowed)).not.toContain('UNAUTHENTICATED');
    expect(codesOf(allowed)).not.toContain('INTERNAL');
  });
});

describe('a token', () => {
  const SETTINGS = '{ settings { revision } }';
  const now = () => Math.floor(Date.now() / 1000);

  test.each<[string, () => Promise<string>, string]>([
    [
      'that has expired',
      () => hub().signToken(scopes, { issuedAtSeconds: now() - 3600, expiresInSeconds: 60 }),
      'it has expired',
    ],
    ['of another issuer', () => hub().signToken(scopes, { issuer: 'x' }), 'iss is not'],
    ['for another service', () => hub().signToken(scopes, { audience: 'x' }), 'aud is not'],
    ['without a tenant', () => hub().signToken(scopes, { tenantId: '' }), 'tenant is not'],
    [
      'with a tenant that breaks out of its hash tag',
      () => hub().signToken(scopes, { tenantId: 'a}:levels{b' }),
      'tenant is not',
    ],
    ['without a subject', () => hub().signToken(scopes, { subject: '' }), 'sub is not'],
    [
      'signed with another secret',
      () =>
        signApiToken('x'.repeat(40), {
          tenantId: hub().tenantId,
          subject: 's',
          scopes,
          issuer: 'test-issuer',
          audience: 'test-issuer',
          expiresInSeconds: 60,
        }),
      'no known key',
    ],
    ['that is none', () => Promise.resolve('nonsense'), 'not a signed token'],
    [
      'without a signature',
      async () => {
        const [, payload] = (await hub().signToken(scopes)).split('.');
        const header = Buffer.from('{"alg":"none"}').toString('base64url');
        return `${header}.${payload}.`;
      },
      'The token was rejected',
    ],
  ])('%s is refused with 401, whatever is asked for', async (_name, token, reason) => {
    for (const operation of [SETTINGS, '{ __typename }']) {
      const answer = await hub().query(operation, {}, { token: await token() });
      expect([answer.status, codesOf(answer)]).toEqual([401, ['UNAUTHENTICATED']]);
      expect(answer.errors![0]!.message).toContain(reason);
    }
  });

  test('comes as Bearer in any case, or alone', async () => {
    for (const header of [`bearer ${hub().allScopes}`, hub().allScopes]) {
      const send = { token: null, headers: { Authorization: header } };
      expect((await hub().query(SETTINGS, {}, send)).errors).toBeUndefined();
    }
    const basic = { token: null, headers: { Authorization: 'Basic YTpi' } };
    expect((await hub().query(SETTINGS, {}, basic)).status).toBe(401);
  });
});

describe('a tenant reaches nothing of another', () => {
  const SECRET = 'the-secret-of-the-other-shop';
  let other: GraphqlHub;
  let theirs: Record<string, string>;

  /** Another tenant in full: items, an order, a location, a keyed call, a cursor. */
  beforeAll(async () => {
    other = await startHub();
    const [productId, orderId, key] = [randomUUID(), randomUUID(), randomUUID()];
    const locationId = randomUUID();
    await other.run(
      `mutation ($input: LocationCreateInput!) {
        locationCreate(input: $input) { userErrors { code } }
      }`,
      { input: { name: SECRET, id: locationId } },
    );
    await other.run(
      'mutation { settingsUpdate(input: { unknownItems: RECORD }) { userErrors { code } } }',
    );
    const ids = await other.addItems([
      { productId, name: SECRET, sku: SECRET, quantity: 41 },
      { productId, name: SECRET, locationId, quantity: 41 },
    ]);
    await other.call('decrement', [line(productId, 1)], { orderId });
    const adjust = { changes: [{ itemId: ids[1]!, delta: 1, compareQuantity: null }] };
    await change(other, 'adjust', { ...adjust, reference: `urn:${SECRET}` }, { key });
    const { edges } = await listPage(other, { first: 1 });
    theirs = { item: ids[0]!, elsewhere: ids[1]!, order: orderId, locationId, productId, key };
    theirs['cursor'] = edges[0]!.cursor;
  });

  const dump = () => openShop(other.redis, other.tenantId).dump();

  /** An id or text of the other tenant in every place it may stand. */
  const foreign =
    (id: string): ValueOf =>
    (name, type) => {
      if (type === 'ID' && name !== 'appId' && name !== 'brandId') return id;
      return name === 'key' ? theirs['key'] : undefined;
    };

  test.each(rootFields.map((field) => [field.name, field] as const))(
    '%s, asked for what is theirs',
    async (_name, { operation, variables }) => {
      const before = await dump();
      for (const id of ['item', 'elsewhere', 'order', 'locationId', 'productId']) {
        const asked = variables(foreign(theirs[id]!));
        const answer = await hub().query(operation, asked);
        expect(answer.text).not.toContain(SECRET);
        expect(codesOf(answer)).not.toContain('INTERNAL');
      }
      expect(await dump()).toEqual(before);
    },
  );

  test('every query by id answers as if there were nothing', async () => {
    // A tenant that has named none of these ids for itself.
    const fresh = await startHub();
    const answer = await fresh.run(
      `query ($item: ID!, $order: ID!, $location: ID!, $product: ID!, $key: String!) {
        inventoryItem(id: $item) { id }
        order(orderId: $order) { orderId }
        location(id: $location) { id }
        productInventory(productId: $product) { items { id } }
        inventoryItems(filter: { ids: [$item], or: [{ locationIds: [$location] }] }) { totalCount }
        operation(key: $key) { key }
        inventoryPreview(lines: [{ itemId: $item, units: -1 }]) { userErrors { code } }
      }`,
      {
        item: theirs['item'],
        order: theirs['order'],
        location: theirs['locationId'],
        product: theirs['productId'],
        key: theirs['key'],
      },
    );
    expect(answer).toEqual({
      inventoryItem: null,
      order: null,
      location: null,
      productInventory: { items: [] },
      inventoryItems: { totalCount: 0 },
      operation: null,
      inventoryPreview: { userErrors: [{ code: 'UNKNOWN_ITEM' }] },
    });
    const cursor = await hub().query(
      'query ($c: String) { inventoryItems(after: $c) { totalCount } }',
      {
        c: theirs['cursor'],
      },
    );
    expect(codesOf(cursor)).toEqual(['INVALID_INPUT']);
  });

  test('every change of their items answers as if there were none', async () => {
    const before = await dump();
    const [item, elsewhere] = [theirs['item']!, theirs['elsewhere']!];
    const one = { itemId: item, compareQuantity: null };
    const refused = async (kind: 'adjust' | 'set' | 'move', input: object) =>
      (await change(hub(), kind, input)).userErrors.map(({ code }) => code);
    const none = ['UNKNOWN_ITEM'];
    expect(await refused('adjust', { changes: [{ ...one, delta: 1 }] })).toEqual(none);
    expect(await refused('set', { changes: [{ ...one, quantity: 1 }] })).toEqual(none);
    const move = { fromItemId: item, toItemId: elsewhere, quantity: 1, compareQuantity: null };
    // Both sides of the one entry are unknown.
    expect(await refused('move', { changes: [move] })).toEqual([...none, ...none]);
    expect(await dump()).toEqual(before);
  });

  test('the same product is another item, and its order another order', async () => {
    const before = await dump();
    await hub().addItem({ productId: theirs['productId']!, quantity: 5 });
    const call = [line(theirs['productId']!, 2)];
    expect((await hub().call('decrement', call, { orderId: theirs['order'] })).status).toBe(200);
    expect((await hub().level(theirs['productId']!)).quantity).toBe(3);
    expect(await dump()).toEqual(before);
  });

  test("one hub serves both, each with the other's tenant out of reach", async () => {
    const token = await other.signToken(['inventory:read']);
    const ask = 'query ($id: ID!) { inventoryItem(id: $id) { name } }';
    const { data } = await hub().query(ask, { id: theirs['item'] }, { token });
    expect(data).toEqual({ inventoryItem: { name: SECRET } });
    const mine = await hub().query(ask, { id: theirs['item'] });
    expect(mine.data).toEqual({ inventoryItem: null });
  });
});
