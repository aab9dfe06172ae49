import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { inspectItemFile, readItemFile } from '../src/cli/itemFile';
import { DEVELOPMENT_TENANT_ID } from '../src/core/identity';
import { exportItems } from '../src/inventory/exportItems';
import { importItems } from '../src/inventory/importItems';
import { openInventory } from '../src/inventory/openInventory';
import { printTable, shown } from './printTable';

/*
 * How fast items are imported and exported, and whether memory stays flat: each run is a process of
 * its own on an embedded Redis of its own (append-only file, fsync always). Rows: 13 columns, about
 * 230 bytes of CSV.
 *
 *     npx tsx bench/import.ts [rows, default 10000 100000]
 */

interface Measured {
  rows: number;
  importedPerSecond: number;
  unchangedPerSecond: number;
  exportedPerSecond: number;
  /** Of the process, its program and libraries included. */
  peakMiB: number;
}

function* csvLines(rows: number): Generator<string> {
  yield (
    'productId,variantId,name,variantName,sku,barcode,brandName,visible,categoryIds,quantity,' +
    'preorderEnabled,preorderLimit,extendedFields\n'
  );
  for (let i = 0; i < rows; i += 1) {
    const product = String(i >> 2).padStart(12, '0');
    const variant = `00000000-0000-4000-8000-${String(i).padStart(12, '0')}`;
    yield (
      `product-${product},${variant},"Shirt ""no. ${product}""",Size ${i % 4},SKU-${i},` +
      `${4_000_000_000_000 + i},Ours,true,${variant};${variant},${i % 1000},` +
      `${i % 2 === 0 ? 'true,50' : 'false,'},"{""app"":{""row"":${i}}}"\n`
    );
  }
}

async function measure(rows: number, directory: string): Promise<Measured> {
  const path = join(directory, 'items.csv');
  await pipeline(Readable.from(csvLines(rows)), createWriteStream(path));
  const silent = () => undefined;
  const inventory = await openInventory(
    {
      redisUrl: undefined,
      dataDir: directory,
      redisCommandTimeoutMs: 10_000,
      idempotencyRetentionSeconds: 60,
      catalogIdentityOptions: {},
      rateLimitPerMinute: 0,
    },
    { info: silent, warn: console.error, error: console.error },
  );
  const { deps } = inventory;
  const tenantId = DEVELOPMENT_TENANT_ID;
  const importOnce = async () => {
    const { digest } = await inspectItemFile(path, 'csv');
    const file = readItemFile(path, 'csv');
    return importItems(deps, { tenantId, rows: file, contentDigest: digest, actor: 'bench' });
  };
  try {
    const perSecond = async (work: () => Promise<number>) => {
      const started = performance.now();
      const count = await work();
      if (count !== rows) throw new Error(`${count} of ${rows} rows`);
      return (1000 * rows) / (performance.now() - started);
    };
    return {
      rows,
      importedPerSecond: await perSecond(async () => (await importOnce()).created),
      unchangedPerSecond: await perSecond(async () => (await importOnce()).unchanged),
      exportedPerSecond: await perSecond(async () => {
        let count = 0;
        for await (const row of exportItems(deps, tenantId)) if (row.productId) count += 1;
        return count;
      }),
      peakMiB: process.resourceUsage().maxRSS / 1024,
    };
  } finally {
    await inventory.close();
  }
}

/** Measures in a process of its own, so that the peak of memory is that of these rows. */
async function measureApart(rows: number): Promise<Measured> {
  const directory = mkdtempSync(join(tmpdir(), 'inventory-hub-import-'));
  try {
    const child = spawn(
      process.execPath,
      ['--import', 'tsx', __filename, '--measure', String(rows), directory],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    let printed = '';
    child.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString()));
    const [code] = (await once(child, 'close')) as [number | null];
    if (code !== 0) throw new Error(`measuring ${rows} rows ended with ${code}`);
    return JSON.parse(printed) as Measured;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Measures imports of 10,000 and 100,000 rows (or the given counts) and prints a table. */
export async function measureImports(counts: readonly number[] = [10_000, 100_000]): Promise<void> {
  const rows: string[][] = [];
  for (const count of counts) {
    const { importedPerSecond, unchangedPerSecond, exportedPerSecond, peakMiB } =
      await measureApart(count);
    const numbers = [importedPerSecond, unchangedPerSecond, exportedPerSecond, peakMiB];
    rows.push([shown(count), ...numbers.map(shown)]);
  }
  const head = [
    'rows',
    'imported rows/s',
    'again, unchanged rows/s',
    'exported rows/s',
    'peak MiB',
  ];
  printTable(head, rows);
}

async function main([first, ...rest]: readonly string[]): Promise<void> {
  if (first === '--measure') {
    console.log(JSON.stringify(await measure(Number(rest[0]), rest[1]!)));
  } else {
    const counts = first === undefined ? undefined : [first, ...rest].map(Number);
    await measureImports(counts);
  }
}

if (require.main === module) void main(process.argv.slice(2));
