import { randomUUID } from 'node:crypto';
import { keys } from '../../src/redis/keys';
import { graphqlHubs, type GraphqlHub } from '../support/graphqlHub';
import { line } from '../support/pluginHub';

const startHub = graphqlHubs();

interface EventPage {
  edges: { cursor: string; node: { id: string; type: string } }[];
  nodes: { id: string; type: string }[];
  pageInfo: {
    startCursor: string | null;
    endCursor: string;
    hasNextPage: boolean;
    hasPreviousPage: boolean;
  };
}

const QUERY = `query ($first: Int!, $after: String, $types: [InventoryEventType!]) {
  events(first: $first, after: $after, types: $types) {
    edges { cursor node { id type } }
    nodes { id type }
    pageInfo { startCursor endCursor hasNextPage hasPreviousPage }
  }
}`;

const read = (hub: GraphqlHub, variables: object = {}) =>
  hub.query<{ events: EventPage }>(QUERY, { first: 100, ...variables });

async function page(hub: GraphqlHub, variables: object = {}): Promise<EventPage> {
  const { data, errors } = await read(hub, variables);
  expect(errors).toBeUndefined();
  return data!.events;
}

/** The code and the words of what a cursor is refused with. */
async function refusal(hub: GraphqlHub, after: string) {
  const { errors } = await read(hub, { after });
  const [error] = errors ?? [];
  return { code: error?.extensions['code'], message: error?.message };
}

/** A hub with one item and three orders of it: a created event, then pairs of updates. */
async function busyHub() {
  const hub = await startHub();
  const product = randomUUID();
  await hub.addItem({ productId: product, quantity: 10 });
  const take = async () => {
    expect((await hub.call('decrement', [line(product, 1)])).status).toBe(200);
  };
  for (let i = 0; i < 3; i += 1) await take();
  return { hub, take, ids: (await hub.ledger()).map(({ id }) => id) };
}

test('events are a connection: nodes, edges with their places, and the page', async () => {
  const { hub, ids } = await busyHub();
  const all = await page(hub);
  expect(all.nodes.map(({ type }) => type)).toEqual([
    'CREATED',
    ...[1, 2, 3].flatMap(() => ['UPDATED_WITH_REASON', 'UPDATED']),
  ]);
  expect(all.edges.map(({ node }) => node)).toEqual(all.nodes);
  const cursors = all.edges.map(({ cursor }) => cursor);
  expect(cursors).toEqual([ids[0], ...ids.slice(1).flatMap((id) => [`${id}+1`, id])]);
  expect(all.pageInfo).toEqual({
    startCursor: cursors[0],
    endCursor: cursors.at(-1),
    hasNextPage: false,
    hasPreviousPage: false,
  });
  // After every place comes the rest, also in the middle of a movement.
  for (const [i, cursor] of cursors.entries()) {
    const rest = await page(hub, { after: cursor });
    expect(rest.nodes).toEqual(all.nodes.slice(i + 1));
    expect(rest.pageInfo).toMatchObject({ hasPreviousPage: true, endCursor: cursors.at(-1) });
  }
});

test('a page without an event of the types asked for goes on all the same', async () => {
  const { hub, take, ids } = await busyHub();
  const none = await page(hub, { types: ['DELETED'] });
  expect(none).toMatchObject({ edges: [], nodes: [] });
  expect(none.pageInfo).toEqual({
    startCursor: null,
    endCursor: ids.at(-1),
    hasNextPage: false,
    hasPreviousPage: false,
  });
  await take();
  const { endCursor: after } = none.pageInfo;
  expect((await page(hub, { after })).nodes.map(({ type }) => type)).toEqual([
    'UPDATED_WITH_REASON',
    'UPDATED',
  ]);
});

test('before anything happened there is a place to go on after', async () => {
  const hub = await startHub();
  const { pageInfo, nodes } = await page(hub);
  expect([pageInfo.endCursor, nodes]).toEqual(['0-0', []]);
  await hub.addItem({ productId: randomUUID(), quantity: 1 });
  const after = pageInfo.endCursor;
  expect((await page(hub, { after })).nodes).toMatchObject([{ type: 'CREATED' }]);
});

test('a cursor that never was a place of the tenant is refused by name', async () => {
  const { hub, ids } = await busyHub();
  const stranger = await startHub();
  await stranger.addItem({ productId: randomUUID(), quantity: 1 });
  const [theirs] = (await stranger.ledger()).map(({ id }) => id);
  const [first, last] = [ids[0]!, ids.at(-1)!];
  const future = last.replace(/-\d+$/, (sequence) => `-${Number(sequence.slice(1)) + 1}`);
  const others = [
    ...['', 'x', '1', '-1-1', '0-1', '1-0', '1-1', '0-0+1', '00-0', `${'9'.repeat(15)}-1`],
    ...[theirs!, future, `${future}+1`, `${last}+`, `0${last}`],
    // Within a movement: it made two events, or one.
    ...[`${last}+0`, `${last}+2`, `${last}+9999`, `${first}+1`],
  ];
  for (const after of others) {
    expect([after, await refusal(hub, after)]).toMatchObject([
      after,
      { code: 'INVALID_INPUT', message: expect.stringMatching(/^after must be/) as string },
    ]);
  }
  expect((await refusal(hub, future)).message).toContain(future);
  // Nor does one of this tenant say anything there.
  expect(await refusal(stranger, last)).toMatchObject({ code: 'INVALID_INPUT' });
});

test('a cursor that the ledger was trimmed past is gone, 0-0 too', async () => {
  const { hub, ids } = await busyHub();
  await hub.redis.xtrim(keys.ledger(hub.tenantId), 'MINID', '=', ids[2]!);
  for (const after of [ids[0]!, '0-0', `${ids[1]!}+1`, `${ids[0]!}+1`]) {
    expect([after, await refusal(hub, after)]).toMatchObject([
      after,
      { code: 'CURSOR_GONE', message: expect.stringContaining(after) as string },
    ]);
  }
  const kept = await page(hub);
  expect(kept.edges.map(({ cursor }) => cursor)).toEqual(
    ids.slice(2).flatMap((id) => [`${id}+1`, id]),
  );
  expect((await page(hub, { after: ids[1] })).nodes).toEqual(kept.nodes);
  // Older than what is kept by its number, newer by its time: it never was one.
  const forged = ids[3]!.replace(/-\d+$/, '-1').replace(/^\d+/, (time) => `${Number(time) + 1}`);
  expect(await refusal(hub, forged)).toMatchObject({ code: 'INVALID_INPUT' });
});
