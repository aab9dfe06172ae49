import { parse, validate } from 'graphql';
import { DEVELOPMENT_TENANT_ID } from '../../src/core/identity';
import { createDemoItems } from '../../src/inventory/demoItems';
import { verifyTenant } from '../../src/inventory/verify';
import { buildHubSchema } from '../../src/schema/buildSchema';
import { sandboxDocument } from '../../src/schema/sandboxDocument';
import { filesUnder, readProjectFile } from '../house/projectFiles';
import { graphqlHub } from '../support/graphqlHub';
import { line } from '../support/pluginHub';
import { rootFieldsOf } from './rootFields';

/*
 * The operations of docs/reference/graphql, as they stand there, on the tenant that development
 * starts with, in the order in which the page lists them.
 */

const FOLDER = 'docs/reference/graphql/operations/';
const page = readProjectFile('docs/reference/graphql/README.md');
const listed = [...page.matchAll(/\]\(operations\/([\w-]+)\.graphql\)/g)].map(([, name]) => name!);

const hub = graphqlHub({ tenantId: DEVELOPMENT_TENANT_ID });

const operationOf = (name: string) => readProjectFile(`${FOLDER}${name}.graphql`);
const variablesOf = (name: string) =>
  JSON.parse(readProjectFile(`${FOLDER}${name}.json`)) as Record<string, unknown>;

beforeAll(async () => {
  await createDemoItems(hub().inventory, DEVELOPMENT_TENANT_ID);
  const { orderId } = variablesOf('order');
  const { status } = await hub().call('decrement', [line('demo-mug', 1)], { orderId });
  expect(status).toBe(200);
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
  const single = ['inventoryItem', 'inventoryItemCreate', 'inventoryItemDelete'];
  const several = ['inventoryItemsUpdate'];
  const unused = rootFieldsOf(buildHubSchema()).filter(
    ({ name }) => !new RegExp(`\\b${name}\\b`).test(all),
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

test('in the end the books are right', async () => {
  const report = await verifyTenant(hub().inventory, DEVELOPMENT_TENANT_ID);
  expect(report).toMatchObject({ driftCount: 0 });
});

test('the operations of Apollo Sandbox are ones the schema has', () => {
  expect(validate(buildHubSchema(), parse(sandboxDocument))).toEqual([]);
});
