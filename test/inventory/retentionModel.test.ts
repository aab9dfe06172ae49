import { randomInt } from 'node:crypto';
import fc from 'fast-check';
import { guidOfKey } from '../../src/core/identity';
import { rebuildTenant } from '../../src/inventory/rebuild';
import { readCheckpointId } from '../../src/redis/checkpoint';
import { keys } from '../../src/redis/keys';
import { unpackLevel, unpackTrail } from '../../src/redis/packing';
import { ModelRun } from '../support/modelRun';
import { story } from '../support/modelSteps';
import { trimAll } from '../support/oldLedger';
import { testRedis } from '../support/redis';
import type { Shop } from '../support/shop';

/*
 * Random stories, trimmed at random points, of which everything but ledger, checkpoint and settings
 * is then damaged: verification finds it, a rebuild restores it.
 * RETENTION_SEED=<seed> repeats a run, RETENTION_STORIES=<count> makes it longer.
 */

const seed = Number(process.env['RETENTION_SEED'] ?? randomInt(1_000_000_000));
const STORIES = Number(process.env['RETENTION_STORIES'] ?? 30);
const HOUR_MS = 3_600_000;

const redis = testRedis();

const places = ['levels', 'documents', 'statusIndex', 'lowStockIndex', 'orders'] as const;
type Place = (typeof places)[number];

const damage = fc.record({
  lost: fc.subarray([...places]),
  scribbles: fc.array(
    fc.record({
      place: fc.constantFrom('levels' as const, 'documents' as const, 'orders' as const),
      value: fc.nat(),
      at: fc.nat(),
      byte: fc.integer({ min: 1, max: 255 }),
    }),
    { maxLength: 8 },
  ),
});

const ordersOf = (shop: Shop) => redis().keys(`{${shop.tenantId}}:order:*`);

/** Turns some bits of one byte around, of a value that rebuild restores whole. */
async function scribble(
  shop: Shop,
  { place, value, at, byte }: { place: Place; value: number; at: number; byte: number },
): Promise<void> {
  const turn = (packed: Buffer, from: number) => {
    const offset = from + (at % (packed.length - from));
    packed[offset] = packed[offset]! ^ byte;
    return packed;
  };
  if (place === 'orders') {
    const names = (await ordersOf(shop)).sort();
    if (names.length === 0) return;
    const name = names[value % names.length]!;
    await redis().set(name, turn((await redis().getBuffer(name))!, 0));
    return;
  }
  const name = keys[place as 'levels'](shop.tenantId);
  const fields = (await redis().hkeysBuffer(name)).filter((field) => field.length === 16);
  if (fields.length === 0) return;
  fields.sort((one, other) => one.compare(other));
  const field = fields[value % fields.length]!;
  const packed = (await redis().hgetBuffer(name, field))!;
  await redis().hset(name, field, turn(packed, 0));
}

async function lose(shop: Shop, place: Place): Promise<void> {
  const names = place === 'orders' ? await ordersOf(shop) : [keys[place](shop.tenantId)];
  if (names.length > 0) await redis().del(...names);
}

/** Not the bytes: a threshold without its flag means nothing. */
async function levelOf(shop: Shop, field: Buffer) {
  const packed = (await redis().hgetBuffer(keys.levels(shop.tenantId), field))!;
  return { ...unpackLevel(packed), ...unpackTrail(packed) };
}

/** What a rebuild restores. Of the head not the time, which settings move without an entry. */
async function stateOf(shop: Shop): Promise<Record<string, unknown>> {
  const names = [keys.documents, keys.statusIndex, keys.lowStockIndex].map((of) =>
    of(shop.tenantId),
  );
  const dump = await shop.dump();
  const head = await redis().hgetBuffer(keys.levels(shop.tenantId), 'head');
  const fields = (await redis().hkeysBuffer(keys.levels(shop.tenantId))).filter(
    ({ length }) => length === 16,
  );
  const levels = fields.map(async (field) => [guidOfKey(field), await levelOf(shop, field)]);
  return {
    ...Object.fromEntries(names.map((name) => [name, dump[name]])),
    levels: Object.fromEntries(await Promise.all(levels)) as unknown,
    head: [head?.subarray(0, 6).toString('hex'), head?.subarray(12).toString('hex')],
  };
}

async function orderStates(shop: Shop): Promise<Record<string, string>> {
  const names = await ordersOf(shop);
  const states = names.map(async (name) => [
    name,
    (await redis().getBuffer(name))!.toString('hex'),
  ]);
  return Object.fromEntries(await Promise.all(states)) as Record<string, string>;
}

test(
  'what was trimmed and destroyed at random is rebuilt as it was',
  async () => {
    let trims = 0;
    let damaged = 0;
    const property = fc.asyncProperty(
      story,
      fc.array(fc.nat(30), { minLength: 1, maxLength: 60 }),
      damage,
      async (steps, chances, { lost, scribbles }) => {
        const run = new ModelRun(redis());
        const { shop } = run;
        await run.start();
        for (const [i, step] of steps.entries()) {
          await run.take(step);
          const chance = chances[i % chances.length]!;
          if (chance > 2) continue;
          const ids = (await shop.ledger()).map(({ id }) => id);
          const passed = chance === 0 ? null : ids[Math.floor(ids.length / 2)]!;
          trims += (await trimAll(shop, () => Promise.resolve(passed))).entries > 0 ? 1 : 0;
        }
        expect((await shop.verify()).drift).toEqual([]);

        const [before, orders] = [await stateOf(shop), await orderStates(shop)];
        for (const each of scribbles) await scribble(shop, each);
        for (const place of lost) await lose(shop, place);
        const found = (await shop.verify()).driftCount;
        await rebuildTenant(shop.deps, shop.tenantId);
        expect((await shop.verify()).drift).toEqual([]);
        expect(await stateOf(shop)).toEqual(before);
        const trimmed = (await readCheckpointId(shop.redis, shop.tenantId)) !== '';
        if (!trimmed) expect(await orderStates(shop)).toEqual(orders);
        damaged += found > 0 ? 1 : 0;
      },
    );
    await fc.assert(property, { seed, numRuns: STORIES, endOnFailure: true });
    expect(Math.min(trims, damaged)).toBeGreaterThan(0);
    process.stdout.write(
      `retention: RETENTION_SEED=${seed}, ${STORIES} stories, ${trims} trims, ${damaged} damaged\n`,
    );
  },
  HOUR_MS,
);
