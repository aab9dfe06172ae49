import { graphqlHub, graphqlHubs } from '../support/graphqlHub';
import { CHANGES, liveClient, RawSocket, Subscriber } from '../support/liveClient';

const hub = graphqlHub();
const startHub = graphqlHubs();

const TWO = `subscription A { inventoryChanged { cursor } } query B { __typename }
  subscription C { inventoryChanged { cursor } }`;
const STRICT = `subscription ($ids: [ID!]!) {
  inventoryChanged(filter: { itemIds: $ids }) { cursor }
}`;
const refused: Record<
  string,
  { query?: string; variables?: Record<string, unknown>; operationName?: string; told: object[] }
> = {
  'a variable of another type': {
    variables: { after: 7 },
    told: [{ code: 'BAD_USER_INPUT', message: /^Variable "\$after" got invalid value 7/ }],
  },
  'a field that a variable does not have': {
    variables: { filter: { itemId: 'x' } },
    told: [{ code: 'BAD_USER_INPUT', message: /^Variable "\$filter" got .*"itemId"/ }],
  },
  'several wrong variables': {
    variables: { filter: { lowStock: 'yes', availableAtMost: 0.5 }, after: {} },
    told: [
      { code: 'BAD_USER_INPUT', message: /at "filter.availableAtMost"/ },
      { code: 'BAD_USER_INPUT', message: /at "filter.lowStock"/ },
      { code: 'BAD_USER_INPUT', message: /^Variable "\$after"/ },
    ],
  },
  'a variable that is missing': {
    query: STRICT,
    variables: {},
    told: [{ code: 'BAD_USER_INPUT', message: /^Variable "\$ids" of required type/ }],
  },
  'a variable that is null': {
    query: STRICT,
    variables: { ids: null },
    told: [{ code: 'BAD_USER_INPUT', message: /^Variable "\$ids" of non-null type/ }],
  },
  'a variable that is too deep': {
    variables: JSON.parse(`{"filter":${'['.repeat(101)}${']'.repeat(101)}}`) as Record<
      string,
      unknown
    >,
    told: [{ code: 'BAD_USER_INPUT', message: /more than 100 deep/ }],
  },
  'an operation that is not there': {
    query: TWO,
    operationName: 'D',
    told: [{ code: 'OPERATION_RESOLUTION_FAILURE', message: /"D"/ }],
  },
  'no operation named of several': {
    query: TWO,
    told: [{ code: 'OPERATION_RESOLUTION_FAILURE', message: /operationName/ }],
  },
  'a query': {
    query: TWO,
    operationName: 'B',
    told: [{ code: 'BAD_REQUEST', message: /^Only subscriptions are served here/ }],
  },
  'a mutation': {
    query: 'mutation { settingsUpdate(input: {}) { replayed } }',
    told: [{ code: 'BAD_REQUEST', message: /^Only subscriptions are served here/ }],
  },
  'no such field': {
    query: 'subscription { inventoryChanges { cursor } }',
    told: [{ code: 'GRAPHQL_VALIDATION_FAILED', message: /^Cannot query field/ }],
  },
  'no GraphQL': {
    query: 'subscription {',
    told: [{ code: 'GRAPHQL_PARSE_FAILED', message: /^Syntax Error/ }],
  },
};
test.each(Object.entries(refused))('%s is told, and nothing is opened', async (_name, asked) => {
  const { query = CHANGES, variables = {}, operationName, told } = asked;
  const client = liveClient({ url: hub().url, token: hub().allScopes });
  const ended = new Promise<unknown>((resolve) => {
    client.subscribe(
      { query, variables, ...(operationName !== undefined && { operationName }) },
      { next: resolve, error: resolve, complete: () => undefined },
    );
  });
  const errors = (await ended) as { message: string; extensions: { code: string } }[];
  expect(errors.map(({ message, extensions: { code } }) => ({ code, message }))).toEqual(
    (told as { code: string; message: RegExp }[]).map(({ code, message }) => ({
      code,
      message: expect.stringMatching(message) as string,
    })),
  );
  // It is the caller's fault, and nobody else need hear of it; the next one is served.
  expect(hub().logged.join('')).not.toContain('graphql request failed');
  await client.dispose();
});

test('names of the schema are not suggested where it is not shown', async () => {
  const own = await startHub({ introspection: false });
  const target = { url: own.url, token: own.allScopes };
  const subscriber = new Subscriber(target, { filter: { itemId: 'x' } });
  const told = JSON.stringify(await subscriber.ended);
  await subscriber.stop();
  expect(told).toContain('$filter');
  expect(told).not.toContain('Did you mean');
});

test('the connection stays, and another subscription of it is served', async () => {
  const raw = await new RawSocket(hub().url).init(hub().allScopes);
  const payload = { query: CHANGES, variables: { after: 7 } };
  raw.send({ type: 'subscribe', id: 'wrong', payload });
  expect(await raw.next('error')).toMatchObject({ id: 'wrong' });
  raw.send({ type: 'subscribe', id: 'right', payload: { query: CHANGES } });
  expect(await raw.next('next')).toMatchObject({ id: 'right' });
  raw.socket.terminate();
  await raw.closed;
});
