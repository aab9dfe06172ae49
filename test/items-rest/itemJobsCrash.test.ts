import { randomUUID } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { signApiToken } from '../../src/auth/signApiToken';
import { verifyTenant } from '../../src/inventory/verify';
import { defineScripts } from '../../src/redis/commands';
import { connectRedis } from '../../src/redis/connect';
import { KillableHub } from '../support/killableHub';
import type { WireJob } from './jobHub';
import type { WireBody, WireResults } from './wireHub';

const ITEMS = 12_000;
/** Items that somebody changes while a job is killed: those whose turn is about then. */
const DISTURBED = 900;
const SECRET = randomUUID() + randomUUID();
const tenantId = randomUUID();

let hub: KillableHub;
let token: string;
beforeAll(async () => {
  const dataDir = mkdtempSync(join(process.env['TEST_DIRECTORY']!, 'jobs-'));
  hub = new KillableHub(dataDir, { AUTH_SECRET: SECRET, RATE_LIMIT_PER_MINUTE: '0' });
  const scopes = ['inventory:write'] as const;
  const issuer = 'inventory-hub';
  const who = { tenantId, subject: 'test', scopes, issuer, audience: issuer };
  token = await signApiToken(SECRET, { ...who, expiresInSeconds: 900 });
  await hub.start();
}, 60_000);
afterAll(() => {
  hub.end();
});

async function call<T>(path: string, body?: object): Promise<T> {
  const response = await fetch(`${await hub.url()}/stores/v3${path}`, {
    method: body ? 'POST' : 'GET',
    headers: { Authorization: token },
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (response.status !== 200) throw new Error(`${path}: ${response.status} ${text}`);
  return JSON.parse(text) as T;
}

const bulk = <T>(path: string, body?: object) => call<T>(`/bulk/inventory-items/${path}`, body);
const progress = async (id: string) => (await bulk<{ job: WireJob }>(`jobs/${id}`)).job;
/** The codes of a bulk call of up to 300 entries each. */
async function inParts<T>(entries: readonly T[], send: (part: T[]) => Promise<WireResults>) {
  const codes: string[] = [];
  for (let at = 0; at < entries.length; at += 300) {
    const { results } = await send(entries.slice(at, at + 300));
    codes.push(...results.map(({ itemMetadata }) => itemMetadata.error?.code ?? 'OK'));
  }
  return codes;
}

/** Items of a product of their own, each with 10 units, in order of id. */
async function shelf(): Promise<{ productId: string; items: WireBody[] }> {
  const productId = randomUUID();
  const items: WireBody[] = [];
  for (let at = 0; at < ITEMS; at += 1000) {
    const inventoryItems = Array.from({ length: 1000 }, () => {
      return { productId, variantId: randomUUID(), quantity: 10 };
    });
    const body = { inventoryItems, returnEntity: true };
    const { results } = await bulk<WireResults>('create', body);
    items.push(...results.map(({ item }) => item!));
  }
  return { productId, items: items.sort((a, b) => (a.id < b.id ? -1 : 1)) };
}

/** How many items of a product have which quantity. */
async function quantities(productId: string, more: object = {}): Promise<Record<string, number>> {
  const filter = { productId, ...more };
  const value = { limit: 250 };
  const aggregation = { name: 'all', type: 'VALUE', fieldPath: 'quantity', value };
  const search = { filter, cursorPaging: { limit: 0 }, aggregations: [aggregation] };
  type Found = { values: { results: { value: string; count: number }[] } };
  const found = await call<{ aggregationData: { results: Found[] } }>('/inventory-items/search', {
    search,
  });
  const [all] = found.aggregationData.results;
  return Object.fromEntries(all!.values.results.map(({ value, count }) => [value, count]));
}

/**
 * Starts a job, disturbs the items whose turn is about to come, kills the hub in the middle of it,
 * and waits for the job's end.
 */
async function killed(
  method: string,
  body: object,
  items: readonly WireBody[],
  disturb: (part: WireBody[]) => Promise<string[]>,
): Promise<{ job: WireJob; codes: string[] }> {
  const { jobId } = await bulk<{ jobId: string }>(method, body);
  let job = await progress(jobId);
  while ((job.total ?? 0) === 0 || job.succeeded < ITEMS / 6) {
    expect(job.status).toBe('RUNNING');
    job = await progress(jobId);
  }
  const codes = await disturb(items.slice(job.succeeded, job.succeeded + DISTURBED));
  job = await progress(jobId);
  await hub.suffer('hub');
  expect(job.status).toBe('RUNNING');
  for (; job.status === 'RUNNING'; job = await progress(jobId)) await pause(20);
  expect(job).toMatchObject({ status: 'DONE', total: ITEMS, failed: 0, errors: [] });
  expect(job.succeeded + job.skipped).toBe(ITEMS);
  return { job, codes };
}

const sell = (items: readonly WireBody[]) =>
  inParts(items, (part) =>
    bulk('decrement', {
      decrementData: part.map(({ id }) => ({ inventoryItemId: id, decrementBy: 1 })),
    }),
  );

// One more sale of each item that was disturbed would be lost if a step were done twice.
test.each([
  ['update-by-filter', { inventoryItem: { quantity: 40 } }, '40', '39'],
  ['adjust-by-filter', { adjustment: { incrementBy: 30 } }, '40', '39'],
])(
  '%s survives kill -9: every sale stands',
  async (method, change, done, sold) => {
    const { productId, items } = await shelf();
    const body = { filter: { productId, quantity: { $eq: 10 } }, ...change };
    const { job, codes } = await killed(method, body, items, sell);
    expect(codes).toEqual(codes.map(() => 'OK'));
    const found = await quantities(productId);
    expect(found).toEqual({
      [done]: ITEMS - DISTURBED,
      ...(job.skipped > 0 && { 9: job.skipped }),
      ...(job.skipped < DISTURBED && { [sold]: DISTURBED - job.skipped }),
    });
  },
  120_000,
);

test('delete-by-filter survives kill -9: what was restocked meanwhile stays', async () => {
  const { productId, items } = await shelf();
  const restock = (part: WireBody[]) =>
    inParts(part, (some) =>
      bulk('increment', {
        incrementData: some.map(({ id }) => ({ inventoryItemId: id, incrementBy: 5 })),
      }),
    );
  const body = { filter: { productId, quantity: { $eq: 10 } } };
  const { job, codes } = await killed('delete-by-filter', body, items, restock);
  expect(job.skipped).toBe(codes.filter((code) => code === 'OK').length);
  const found = await quantities(productId);
  expect(found).toEqual(job.skipped > 0 ? { 15: job.skipped } : {});
}, 120_000);

test('create-by-variant-filter survives kill -9: nothing is made twice', async () => {
  const { productId, items } = await shelf();
  const locationId = randomUUID();
  const make = (part: WireBody[]) =>
    inParts(part, (some) =>
      bulk('create', {
        inventoryItems: some.map(({ variantId }) => {
          return { productId, variantId, locationId, quantity: 5 };
        }),
      }),
    );
  const inventoryCreationData = { quantity: 12 };
  const body = { filter: { productId }, locationId, inventoryCreationData };
  const { job, codes } = await killed('create-by-variant-filter', body, items, make);
  expect(job.skipped).toBe(codes.filter((code) => code === 'OK').length);
  expect(await quantities(productId, { locationId })).toEqual({
    12: job.succeeded,
    ...(job.skipped > 0 && { 5: job.skipped }),
  });
}, 120_000);

test('after all that the ledger adds up', async () => {
  const { socketPath } = hub.redis();
  const redis = defineScripts(await connectRedis({ socketPath }, { commandTimeoutMs: 60_000 }));
  expect((await verifyTenant({ redis }, tenantId)).drift).toEqual([]);
  redis.disconnect();
  expect(await hub.stop()).toBe(0);
}, 60_000);
