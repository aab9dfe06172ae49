import { getOperationAST, parse, print, separateOperations, validate } from 'graphql';
import { DEVELOPMENT_TENANT_ID } from '../../src/core/identity';
import { createDemoItems } from '../../src/inventory/demoItems';
import { buildHubSchema } from '../../src/schema/buildSchema';
import { sandboxDocument } from '../../src/schema/sandboxDocument';
import { cleanDirectory, makeDirectory, startIn, stopAll } from '../support/embedded';
import { graphqlHubs, type GraphqlHub } from '../support/graphqlHub';
import { Subscriber } from '../support/liveClient';

/*
 * The ready operations of Apollo Sandbox, one after another as they stand there, on what a
 * development hub starts with. The tenant is every developer's: the Redis is the test's own.
 */

interface Ready {
  name: string;
  kind: string;
  text: string;
}

const operations = Object.entries(separateOperations(parse(sandboxDocument))).map(
  ([name, document]): Ready => {
    return { name, kind: getOperationAST(document)!.operation, text: print(document) };
  },
);
const posted = operations.filter(({ kind }) => kind !== 'subscription');
const answers = new Map<string, Record<string, unknown>>();

const dataDir = makeDirectory();
const startHub = graphqlHubs();
let hub: GraphqlHub;

beforeAll(async () => {
  const { socketPath } = await startIn(dataDir);
  hub = await startHub({ socketPath, tenantId: DEVELOPMENT_TENANT_ID });
  await createDemoItems(hub.inventory, DEVELOPMENT_TENANT_ID);
});

afterAll(async () => {
  await stopAll();
  cleanDirectory(dataDir);
});

test('all are valid, and of every kind there is one', () => {
  expect(validate(buildHubSchema(), parse(sandboxDocument))).toEqual([]);
  const kinds = new Set(operations.map(({ kind }) => kind));
  expect([...kinds].sort()).toEqual(['mutation', 'query', 'subscription']);
});

test.each(posted)('$kind $name finds or does something', async ({ name, text }) => {
  const data = await hub.run<Record<string, { userErrors?: object[] } | null>>(text);
  answers.set(name, data);
  for (const [field, answer] of Object.entries(data)) {
    expect([field, answer]).not.toEqual([field, null]);
    expect([field, answer?.userErrors ?? []]).toEqual([field, []]);
  }
  expect(JSON.stringify(data)).not.toMatch(/"(?:nodes|lines)":\[\]/);
});

test('the changes of stock carry a key: run again they move nothing', async () => {
  const { text } = operations.find(({ name }) => name === 'Adjust')!;
  const first = answers.get('Adjust')!['inventoryAdjustQuantities'] as object;
  expect(first).toMatchObject({ replayed: false, userErrors: [] });
  const again = await hub.run(text);
  expect(again).toEqual({ inventoryAdjustQuantities: { ...first, replayed: true } });
});

test('the subscription is told of the next movement', async () => {
  const { text } = operations.find(({ kind }) => kind === 'subscription')!;
  const live = new Subscriber({ url: hub.url, token: hub.allScopes }, {}, text);
  await live.begun();
  const { text: adjust } = operations.find(({ name }) => name === 'Adjust')!;
  await hub.run(adjust.replace('sandbox-1', 'sandbox-2'));
  const [message] = await live.told(1);
  expect(message!.changes).toHaveLength(2);
  await live.stop();
});
