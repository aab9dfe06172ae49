import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import { InventoryError } from '../../src/core/errors';
import { guidOfKey, itemKey, keyOfGuid } from '../../src/core/identity';
import type { Level } from '../../src/core/item';
import type { LedgerEntry, LedgerLine, LineGuard } from '../../src/core/movement';
import { createInventoryDeps, type InventoryDeps } from '../../src/inventory/deps';
import { verifyTenant, type VerifyReport } from '../../src/inventory/verify';
import { defineScripts, postMovement, saveItems } from '../../src/redis/commands';
import type { HubRedis, PostMovement, PostOutcome } from '../../src/redis/commands';
import { keys, LEVELS } from '../../src/redis/keys';
import type { LevelChange } from '../../src/redis/packing';
import { readLedger, readLevels, readOrder } from '../../src/redis/reads';

/** Default of the tests: a day, ms. */
export const RETENTION_MS = 86_400_000;

export const APP_ID = '215238eb-22a5-4c36-9e7b-e7c08025e04e';

/** What a movement of a test needs beside its lines; the rest is as for a call without order. */
export type PostOptions = Partial<Omit<PostMovement, 'tenantId' | 'lines'>>;

/** A line as tests write it: item, units, guard (strict), reserved delta (0). */
export type TestLine = readonly [
  key: Buffer,
  units: number,
  guard?: LineGuard | undefined,
  reserved?: number | undefined,
];

/** A tenant of a test's own, on the real scripts. */
export interface Shop {
  tenantId: string;
  redis: HubRedis;
  deps: InventoryDeps;
  /** Creates an item, tracked unless said otherwise; its key. */
  addItem(level: LevelChange, productId?: string): Promise<Buffer>;
  /** Sets something of an item. */
  change(key: Buffer, level: LevelChange): Promise<void>;
  post(lines: readonly TestLine[], options?: PostOptions): Promise<PostOutcome>;
  /** Posts and gives the ledger lines of an accepted movement. */
  move(lines: readonly TestLine[], options?: PostOptions): Promise<LedgerLine[]>;
  level(key: Buffer): Promise<Level>;
  ledger(): Promise<LedgerEntry[]>;
  /** Members of the indexes: status letter and item id; item ids. */
  indexes(): Promise<{ status: string[]; low: string[] }>;
  /**
   * Every key of the tenant, byte for byte, with the time it expires; but not which rebuild was the
   * last.
   */
  dump(): Promise<Record<string, string>>;
  verify(): Promise<VerifyReport>;
}

/** Opens a shop nobody else uses. */
export function openShop(connection: Redis, tenantId: string = randomUUID()): Shop {
  const redis =
    'postMovement' in connection ? (connection as unknown as HubRedis) : defineScripts(connection);
  const deps = createInventoryDeps(redis, {
    retentionMs: RETENTION_MS,
    catalogIdentityOptions: {},
  });
  const post: Shop['post'] = (lines, options = {}) =>
    postMovement(redis, {
      tenantId,
      cause: { operation: 'DECREMENT' },
      settingsRevision: 0,
      retentionMs: RETENTION_MS,
      ...options,
      lines: lines.map(([key, units, guard = 'strict', reservedDelta = 0]) => ({
        key,
        units,
        guard,
        reservedDelta,
      })),
    });
  return {
    tenantId,
    redis,
    deps,
    post,
    addItem: (level, productId = randomUUID()) => addItem(redis, tenantId, level, productId),
    change: (key, level) => changeItem(redis, tenantId, key, level),
    move: async (lines, options) => {
      const outcome = await post(lines, options);
      if (outcome.replayed) throw new Error(`replayed ${outcome.ledgerId}`);
      return outcome.lines();
    },
    level: async (key) => {
      const [level] = await readLevels(redis, tenantId, [guidOfKey(key)]);
      return level!;
    },
    ledger: async () => {
      const all: LedgerEntry[] = [];
      for await (const entries of readLedger(redis, tenantId)) all.push(...entries);
      return all;
    },
    indexes: () => readIndexes(redis, tenantId),
    dump: () => dumpTenant(redis, tenantId),
    verify: () => verifyTenant({ redis }, tenantId),
  };
}

async function addItem(redis: HubRedis, tenantId: string, level: LevelChange, productId: string) {
  const locationId = '00000000-0000-4000-8000-000000000001';
  const identity = { appId: APP_ID, productId, variantId: null, locationId };
  const key = itemKey(tenantId, identity);
  const item = { key, level, before: '', after: JSON.stringify(identity) };
  await saveItems(redis, { tenantId, items: [item], cause: { operation: 'IMPORT' } });
  return key;
}

async function changeItem(redis: HubRedis, tenantId: string, key: Buffer, level: LevelChange) {
  const document = (await redis.hget(keys.documents(tenantId), key)) ?? '';
  const item = { key, level, before: document, after: document };
  await saveItems(redis, { tenantId, items: [item], cause: { operation: 'IMPORT' } });
}

async function readIndexes(redis: HubRedis, tenantId: string) {
  const status = await redis.zrangeBuffer(keys.statusIndex(tenantId), '0', '-1');
  const low = await redis.zrangeBuffer(keys.lowStockIndex(tenantId), '0', '-1');
  return {
    status: status.map(
      (member) => `${member.toString('latin1', 0, 1)} ${guidOfKey(member.subarray(1))}`,
    ),
    low: low.map(guidOfKey),
  };
}

const REBUILT = `${Buffer.from(LEVELS.rebuilt).toString('hex')}=`;

async function dumpTenant(redis: HubRedis, tenantId: string): Promise<Record<string, string>> {
  const dump: Record<string, string> = {};
  let cursor = '0';
  do {
    const [next, names] = await redis.scan(cursor, 'MATCH', `{${tenantId}}:*`, 'COUNT', 1000);
    cursor = next;
    for (const name of names) dump[name] = await dumpKey(redis, name);
  } while (cursor !== '0');
  return dump;
}

/** Not DUMP: a hash that is being rehashed comes in another order although nothing changed. */
async function dumpKey(redis: HubRedis, name: string): Promise<string> {
  const type = await redis.type(name);
  const expires = await redis.pexpiretime(name);
  const hex = (parts: readonly (Buffer | string)[]) =>
    parts.map((part) => Buffer.from(part).toString('hex'));
  const pairs = (all: string[]) =>
    all.flatMap((part, i) => (i % 2 ? [] : [`${part}=${all[i + 1]!}`]));
  const content = {
    string: async () => hex([(await redis.getBuffer(name)) ?? '']),
    hash: async () =>
      pairs(hex((await redis.hscanBuffer(name, 0, 'COUNT', 1e6))[1]))
        .filter((pair) => !pair.startsWith(REBUILT))
        .sort(),
    zset: async () => hex(await redis.zrangeBuffer(name, '0', '-1', 'WITHSCORES')),
    stream: async () =>
      (await redis.xrangeBuffer(name, '-', '+')).map(([id, fields]) => hex([id, ...fields]).join()),
  }[type as 'string' | 'hash' | 'zset' | 'stream'];
  return `${type} ${expires} ${(await content()).join(' ')}`;
}

/** The digests of an order's call: equal texts are equal digests; no content: it may recur. */
export function digests(call: string, content?: string) {
  const twelve = (text: string) => Buffer.concat([Buffer.from(text), Buffer.alloc(12)], 12);
  return {
    call: twelve(call),
    content: content === undefined ? Buffer.alloc(12) : twelve(content),
  };
}

/** An order's record. */
export async function orderOf(shop: Shop, orderId: string) {
  return readOrder(shop.redis, shop.tenantId, orderId);
}

/** A key of an item nobody created. */
export function strangeKey(): Buffer {
  return keyOfGuid(randomUUID());
}

/** What something was refused with: code and details. Fails when it is accepted. */
export async function refusalOf(doing: Promise<unknown>) {
  const error = await doing.then(
    () => new Error('was accepted'),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof InventoryError)) throw error;
  return { code: error.code, ...error.details };
}
