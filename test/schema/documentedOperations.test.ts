import { randomUUID } from 'node:crypto';
import { DEVELOPMENT_TENANT_ID } from '../../src/core/identity';
import { createDemoItems } from '../../src/inventory/demoItems';
import { verifyTenant } from '../../src/inventory/verify';
import { buildHubSchema } from '../../src/schema/buildSchema';
import { filesUnder, readProjectFile } from '../house/projectFiles';
import { graphqlHub } from '../support/graphqlHub';
import { Subscriber } from '../support/liveClient';
import { line } from '../support/pluginHub';
import { rootFieldsOf } from './rootFields';

/*
 * The operations of docs/reference/graphql, as they stand there, on the tenant that development
 * starts with: after the calls of the plugin that the page asks for, in the order in which it lists
 * them.
 */

const FOLDER = 'docs/reference/graphql/operations/';
const page = readProjectFile('docs/reference/graphql/README.md');
const listed = [...page.matchAll(/\]\(operations\/([\w-]+)\.graphql\)/g)].map(([, name]) => name!);

/** The calls of `npm run hub -- wix decrement`. */
const calls = [...page.matchAll(/^npm run hub -- wix decrement (.+)$/gm)].map(([, words]) => {
  const option = (name: string) => new RegExp(`--${name} (\\S+)`).exec(words!)?.[1];
  const orderId = option('order') ?? randomUUID();
  return { orderId, lines: [line(option('product')!, Number(option('quantity') ?? 1))] };
});

const hub = graphqlHub({ tenantId: DEVELOPMENT_TENANT_ID });

const operationOf = (name: string) => readProjectFile(`${FOLDER}${name}.graphql`);
const variablesOf = (name: string) =>
  JSON.parse(readProjectFile(`${FOLDER}${name}.json`)) as Record<string, unknown>;

beforeAll(async () => {
  await createDemoItems(hub().inventory, DEVELOPMENT_TENANT_ID);
  const statuses: number[] = [];
  for (const { lines, orderId } of calls) {
    statuses.push((await hub().call('decrement', lines, { orderId })).status);
  }
  // More than there is.
  expect(statuses).toEqual([200, 428]);
});

test('the page lists every file, and every file has its variables', () => {
  const files = filesUnder(FOLDER, '.graphql', '.json').map(({ path }) => path);
  expect(files).toEqual(
    listed
      .flatMap((n) => [`${n}.graphql`, `${n}.json`])
      .map((n) => FOLDER + n)
      .sort(),
  );
});

test('there is an operation for each field of Query and Mutation but the single forms', () => {
  const all = listed.map(operationOf).join('\n');
  const single = ['inventoryItemCreate', 'inventoryItemDelete'];
  const several = ['inventoryItemsUpdate'];
  // They name a receiver that is there; docs/reference/events.md tells of them.
  const receivers = /^webhook(?:Subscription|DeadLetters|Replay|RetryNow)/;
  const unused = rootFieldsOf(buildHubSchema()).filter(
    ({ name }) => !receivers.test(name) && !new RegExp(`\\b${name}\\b`).test(all),
  );
  expect(unused.map(({ name }) => name).sort()).toEqual([...single, ...several].sort());
});

test.each(listed)('%s', async (name) => {
  const data = await hub().run<Record<string, { userErrors?: object[] } | null>>(
    operationOf(name),
    variablesOf(name),
  );
  for (const [field, answer] of Object.entries(data)) {
    expect([field, answer]).not.toEqual([field, null]);
    expect([field, answer?.userErrors ?? []]).toEqual([field, []]);
  }
  // Each finds or does something.
  expect(JSON.stringify(data)).not.toMatch(/"(?:nodes|items|lines|deletedIds)":\[\]/);
});

test('live-updates', async () => {
  const folder = 'docs/reference/graphql/live-updates';
  const { url, allScopes: token } = hub();
  const variables = JSON.parse(readProjectFile(`${folder}.json`)) as object;
  const live = new Subscriber({ url, token }, variables, readProjectFile(`${folder}.graphql`));
  const [created] = await live.told(1);
  expect(created!.changes.length).toBeGreaterThan(0);
  await live.stop();
});

test('in the end the books are right', async () => {
  const report = await verifyTenant(hub().inventory, DEVELOPMENT_TENANT_ID);
  expect(report).toMatchObject({ driftCount: 0 });
});
