import { randomBytes, randomUUID } from 'node:crypto';
import type { ChainableCommander } from 'ioredis';
import type { HubRedis } from '../src/redis/commands';
import { keys } from '../src/redis/keys';
import { STORED_LEVEL_BYTES } from '../src/redis/packedState';
import { LEDGER_LINE_BYTES } from '../src/redis/packing';
import { emptyStore, openBenchStore } from './benchStore';
import { printTable, shown } from './printTable';
import { benchTenantId } from './stockedTenant';

type Write = (pipeline: ChainableCommander, i: number) => void;

/** One way to store something, and what it is stored as. */
interface Layout {
  name: string;
  /** Per item, movement or order. */
  per: 'item' | 'movement' | 'order' | 'call';
  write: Write;
}

const tenant = benchTenantId;
const levels = keys.levels(tenant);
const BUCKET_ITEMS = 100;
const COMMANDS_PER_BATCH = 1000;

const level = () => randomBytes(STORED_LEVEL_BYTES);
const id = () => randomBytes(16);

/** The numbers of an item one by one, as a hash of its own would hold them. */
function levelFields(): (string | number)[] {
  const [tracked, revision, updatedMs] = [1, 17, 1_736_422_399_000];
  const numbers = { tracked, revision, updatedMs, quantity: 1200, reserved: 3 };
  const preorder = { preorderLimit: 50, preorderCounter: 2, threshold: 5 };
  return Object.entries({ ...numbers, ...preorder }).flat();
}

const levelLayouts: Layout[] = [
  {
    name: 'level: one hash, 16-byte ids, packed (the hub)',
    per: 'item',
    write: (pipeline) => pipeline.hset(levels, id(), level()),
  },
  {
    name: 'level: one hash, 36-character ids, packed',
    per: 'item',
    write: (pipeline) => pipeline.hset(levels, randomUUID(), level()),
  },
  {
    name: 'level: a hash per item, 8 fields',
    per: 'item',
    write: (pipeline) => pipeline.hset(`{${tenant}}:item:${randomUUID()}`, ...levelFields()),
  },
  {
    name: 'level: a string per item, packed',
    per: 'item',
    write: (pipeline) => pipeline.set(`{${tenant}}:item:${randomUUID()}`, level()),
  },
  {
    name: `level: hashes of ${BUCKET_ITEMS} items (listpack), 16-byte ids, packed`,
    per: 'item',
    write: (pipeline, i) =>
      pipeline.hset(`${levels}:${Math.floor(i / BUCKET_ITEMS)}`, id(), level()),
  },
];

function documentText(i: number): string {
  return JSON.stringify({
    createdDate: 1_736_422_399_000,
    appId: '215238eb-22a5-4c36-9e7b-e7c08025e04e',
    productId: randomUUID(),
    variantId: randomUUID(),
    locationId: 'b7d5c3a1-0f1e-4d2c-8b3a-495867768594',
    name: `Cotton shirt with a long name ${i}`,
    variantName: 'Blue / XL',
    sku: `SHIRT-BLUE-XL-${i}`,
    visible: true,
  });
}

const documentLayouts: Layout[] = [
  {
    name: `document of ${documentText(10_000).length} bytes: one hash, 16-byte ids (the hub)`,
    per: 'item',
    write: (pipeline, i) => pipeline.hset(keys.documents(tenant), id(), documentText(i)),
  },
  {
    name: 'document: a string per item',
    per: 'item',
    write: (pipeline, i) => pipeline.set(`{${tenant}}:document:${randomUUID()}`, documentText(i)),
  },
];

const statusIndex = keys.statusIndex(tenant);
const indexLayouts: Layout[] = [
  {
    name: 'status index: sorted set, letter and id (the hub)',
    per: 'item',
    write: (pipeline) => pipeline.zadd(statusIndex, 0, Buffer.concat([Buffer.from('I'), id()])),
  },
  {
    name: 'status index: sorted set, status as score',
    per: 'item',
    write: (pipeline, i) => pipeline.zadd(statusIndex, i % 3, id()),
  },
  {
    name: 'status index: a set per status',
    per: 'item',
    write: (pipeline) => pipeline.sadd(statusIndex, id()),
  },
];

const cause = () =>
  JSON.stringify({
    operation: 'DECREMENT',
    reason: 'ORDER_PLACED',
    orderId: randomUUID(),
    actor: `member:${randomUUID()}`,
    requestId: '1736422399.42314521531',
  });

const recordLayouts: Layout[] = [
  ...[1, 3, 10, 100, 300].map((lines): Layout => ({
    name: `ledger entry of ${lines} lines`,
    per: 'movement',
    write: (pipeline) => {
      const packed = randomBytes(lines * LEDGER_LINE_BYTES);
      const digests = randomBytes(24);
      const fields = ['movement', cause(), 'lines', packed, 'digests', digests];
      pipeline.xadd(keys.ledger(tenant), '*', ...fields);
    },
  })),
  ...[1, 3, 10].map((lines): Layout => ({
    name: `order record of ${lines} items and one movement`,
    per: 'order',
    write: (pipeline) => pipeline.set(keys.order(tenant, randomUUID()), orderRecord(lines)),
  })),
  {
    name: 'record of a call with an idempotency key, expiring',
    per: 'call',
    write: (pipeline) =>
      pipeline.set(
        keys.call(tenant, randomBytes(16).toString('hex')),
        `1736422399000-123456 ${randomBytes(16).toString('hex')}`,
        'PX',
        604_800_000,
      ),
  },
];

const orderRecord = (items: number) => randomBytes(2 + 37 + 34 * items);

/**
 * Measures what layouts take: growth of `used_memory`, by the number of things written.
 *
 * @param settleMs how long Redis may take to give buffers back and finish the growth of its tables
 */
export async function benchMemory(count: number, settleMs: number): Promise<void> {
  const store = await openBenchStore();
  try {
    const redis = await store.connect(0);
    console.log(`${store.description}, ${count} items (a tenth as many movements and records)\n`);
    const rows: string[][] = [];
    for (const layout of [...levelLayouts, ...documentLayouts, ...indexLayouts]) {
      rows.push(await row(redis, layout, count, settleMs));
    }
    for (const layout of recordLayouts) {
      rows.push(await row(redis, layout, Math.ceil(count / 10), settleMs));
    }
    printTable(['layout', 'bytes', 'per'], rows);
  } finally {
    await store.close();
  }
}

async function row(redis: HubRedis, layout: Layout, count: number, settleMs: number) {
  const { name, per, write } = layout;
  await emptyStore(redis);
  const before = await usedMemory(redis, settleMs);
  for (let from = 0; from < count; from += COMMANDS_PER_BATCH) {
    const pipeline = redis.pipeline();
    for (let i = from; i < Math.min(count, from + COMMANDS_PER_BATCH); i += 1) write(pipeline, i);
    await pipeline.exec();
  }
  return [name, shown(((await usedMemory(redis, settleMs)) - before) / count), per];
}

async function usedMemory(redis: HubRedis, settleMs: number): Promise<number> {
  await new Promise((resolve) => setTimeout(resolve, settleMs));
  return Number(/^used_memory:(\d+)/m.exec(await redis.info('memory'))![1]);
}
