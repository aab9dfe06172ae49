import { randomUUID } from 'node:crypto';
import { testRedis } from '../support/redis';
import { openShop, type Shop } from '../support/shop';
import { itemOf } from '../inventory/importRows';
import { commandPlace } from './runHub';

const redis = testRedis();
const place = commandPlace();
let shop: Shop;
beforeEach(() => {
  shop = openShop(redis());
});

const run = (file: string, ...words: string[]) =>
  place.run(['import', file, '--tenant', shop.tenantId, ...words]);

test('a CSV file: quotes, line ends, byte order mark, empty rows', async () => {
  const text = [
    'productId,name,quantity',
    'a,"Mug, ""big""\nand blue",1',
    '',
    ',,',
    'b,Ünïcode \u2028 text, 2 ',
    '',
  ].join('\r\n');
  const file = place.write('a.csv', `\ufeff${text}`);
  expect(await run(file)).toEqual({
    exitCode: 0,
    stdout: '',
    stderr: '2 created, 0 updated, 0 unchanged, 0 failed.\n',
  });
  expect((await itemOf(shop, 'a')).name).toBe('Mug, "big"\nand blue');
  expect(await itemOf(shop, 'b')).toMatchObject({ name: 'Ünïcode \u2028 text', quantity: 2 });
});

test('an NDJSON file: byte order mark, empty lines, texts with line separators', async () => {
  const lines = [
    JSON.stringify({ productId: 'a', name: 'one\u2028two', quantity: 1 }),
    '',
    '{"productId":"b","inStock":true}',
  ];
  const file = place.write('a.jsonl', `\ufeff${lines.join('\r\n')}`);
  expect(await run(file)).toMatchObject({ exitCode: 0 });
  expect((await itemOf(shop, 'a')).name).toBe('one\u2028two');
  expect(await itemOf(shop, 'b')).toMatchObject({ tracked: false, inStock: true });
});

test('wrong rows are named by number, good rows are stored, and the exit code is 1', async () => {
  const csv = 'productId,quantity\na,1\nb,12abc\nc\nd,4\n';
  expect(await run(place.write('bad.csv', csv))).toEqual({
    exitCode: 1,
    stdout: '',
    stderr: [
      'row 3: quantity must be a whole number from -1000000000 to 1000000000, got "12abc"',
      'row 4: the row must be 2 cells, as the header has, got 1',
      '2 created, 0 updated, 0 unchanged, 2 failed.',
      '',
    ].join('\n'),
  });
  const ndjson = '{"productId":"a","quantity":1}\n{oops\n{"productId":"b","qty":1}\n';
  const { exitCode, stderr } = await run(place.write('bad.ndjson', ndjson));
  expect(exitCode).toBe(1);
  expect(stderr).toContain('row 2: the row must be JSON, got "{oops"');
  expect(stderr).toContain('row 3: The column "qty" is unknown. Columns: productId,');
});

test('a dry run stores nothing and says so', async () => {
  const file = place.write('dry.csv', 'productId,quantity\na,1\n');
  const { stderr, exitCode } = await run(file, '--dry-run');
  expect(exitCode).toBe(0);
  expect(stderr).toBe(
    'Would be: 1 created, 0 updated, 0 unchanged, 0 failed. Nothing was stored.\n',
  );
  expect(await shop.dump()).toEqual({});
});

const unreadable: [what: string, name: string, content: string | Buffer, told: string][] = [
  ['a slip in the header', 'x.csv', 'productId,qantity\na,1\n', 'The column "qantity" is unknown'],
  ['semicolons', 'x.csv', 'productId;quantity\na;1\n', 'Cells must be separated by commas'],
  ['a column twice', 'x.csv', 'productId,sku,sku\n', 'The column sku stands there twice'],
  ['no productId', 'x.csv', 'sku,quantity\n', 'There is no column productId'],
  ['an open quote', 'x.csv', `productId,name\n${'a,b\n'.repeat(200)}c,"d\n`, 'its CSV is broken'],
  ['another encoding', 'x.csv', Buffer.from('productId,name\na,\xfcx\n', 'latin1'), 'not UTF-8'],
  ['an endless line', 'x.ndjson', `{"a":"${'x'.repeat(1_100_000)}`, 'A line is longer than'],
];

test.each(unreadable)('%s: nothing at all is stored', async (_what, name, content, told) => {
  const { exitCode, stderr } = await run(place.write(name, content));
  expect(exitCode).toBe(1);
  expect(stderr).toContain(told);
  expect(stderr).not.toMatch(/^\s+at /m);
  expect(await shop.dump()).toEqual({});
});

test('an empty file and a header alone are nothing to do', async () => {
  const nothing = '0 created, 0 updated, 0 unchanged, 0 failed.\n';
  expect(await run(place.write('e.csv', ''))).toMatchObject({ exitCode: 0, stderr: nothing });
  expect(await run(place.write('h.csv', 'productId\n'))).toMatchObject({ exitCode: 0 });
  expect(await run(place.write('e.ndjson', '\n'))).toMatchObject({ exitCode: 0, stderr: nothing });
});

test('a file that is not there, and a file of another kind', async () => {
  const { exitCode, stderr } = await run(place.path('none.csv'));
  expect(exitCode).toBe(1);
  expect(stderr).toBe(`${place.path('none.csv')} can't be read: there is no such file\n`);
  const other = await run('items.xlsx');
  expect(other.exitCode).toBe(2);
  expect(other.stderr).toBe('error: items.xlsx must end in .csv, .ndjson or .jsonl\n');
});

test('an export imported again changes nothing, and reaches one tenant only', async () => {
  const rows = Array.from({ length: 250 }, (_, i) => `p${i},"N\r${i}; ""x""",${i}`);
  await run(place.write('in.csv', ['productId,name,quantity', ...rows].join('\n')));
  const other = openShop(redis());
  for (const name of ['out.csv', 'out.ndjson']) {
    const file = place.path(name);
    const exported = await place.run(['export', file, '--tenant', shop.tenantId]);
    expect(exported).toMatchObject({ exitCode: 0, stdout: '', stderr: '250 items exported.\n' });
    const { stderr } = await run(file);
    expect(stderr).toBe('0 created, 0 updated, 250 unchanged, 0 failed.\n');
    const words = ['export', '--tenant', other.tenantId, '--format', 'ndjson'];
    expect((await place.run(words)).stdout).toBe('');
  }
  expect(await other.dump()).toEqual({});
});

test('export writes to standard output, csv unless told otherwise', async () => {
  await run(place.write('one.csv', 'productId,quantity,categoryIds\na,1,\n'));
  const csv = await place.run(['export', '--tenant', shop.tenantId]);
  const [header, row, end] = csv.stdout.split('\n');
  expect(header).toMatch(/^productId,variantId,locationId,appId,name,.*,extendedFields$/);
  expect(row).toMatch(/^a,,[0-9a-f-]{36},[0-9a-f-]{36},,,,,,,,,1,,false,,,,$/);
  expect(end).toBe('');
  const json = await place.run(['export', '--format', 'ndjson', '--tenant', shop.tenantId]);
  expect(JSON.parse(json.stdout)).toMatchObject({ productId: 'a', quantity: 1 });
});

test('an export that fails leaves the file that was there', async () => {
  const file = place.write('kept.csv', 'kept');
  const words = ['export', file, '--tenant', randomUUID()];
  const failed = await place.run(words, { REDIS_URL: place.path('no.sock') });
  expect(failed.exitCode).toBe(1);
  expect(place.read('kept.csv')).toBe('kept');
});
