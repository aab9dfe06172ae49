import { randomInt, randomUUID } from 'node:crypto';
import { guidOfKey } from '../../src/core/identity';
import { isBefore } from '../../src/core/ledgerId';
import { changeQuantities } from '../../src/inventory/changeQuantities';
import { countStock, type CountOutcome, type CountStock } from '../../src/inventory/countStock';
import type { AskedMoment } from '../../src/inventory/moment';
import { lastLedgerId } from '../../src/redis/reads';
import { randomNumbers } from '../support/historyRun';
import { testRedis } from '../support/redis';
import { openShop, type Shop, type TestLine } from '../support/shop';

/*
 * Stock takes against a model that knows no ledger: what an item has is the quantity stated as of
 * the latest moment (of one moment: the one typed in last), and all that came or went after it.
 * COUNT_SEED=<seed> repeats a run.
 */

const redis = testRedis();
const seed = Number(process.env['COUNT_SEED'] ?? randomInt(1e9));
const ITEMS = 4;
const STEPS = 120;

/** A quantity, as of the end of a ledger entry or of a place between two. */
interface Statement {
  place: string;
  quantity: number;
}

/** What the model knows of an item. */
interface ModelItem {
  key: Buffer;
  id: string;
  newest: Statement;
  /** What came or went, by ledger id. */
  moved: { id: string; units: number }[];
}

function quantityOf({ newest, moved }: ModelItem): number {
  return moved
    .filter(({ id }) => isBefore(newest.place, id))
    .reduce((sum, { units }) => sum + units, newest.quantity);
}

class CountRun {
  readonly shop: Shop = openShop(redis());
  readonly items: ModelItem[] = [];
  /** Ids of all movements, and the ids when the last of the items was there. */
  readonly ids: string[] = [];
  words: Record<string, number> = {};

  constructor(private readonly random: (below: number) => number) {}

  private end = () => lastLedgerId(this.shop.redis, this.shop.tenantId);

  async start(): Promise<void> {
    for (let i = 0; i < ITEMS; i += 1) {
      const quantity = 100 + i;
      const key = await this.shop.addItem({ quantity });
      const newest = { place: await this.end(), quantity };
      this.items.push({ key, id: guidOfKey(key), newest, moved: [] });
    }
    this.ids.push(await this.end());
  }

  async step(): Promise<void> {
    const kind = this.random(10);
    const item = this.items[this.random(ITEMS)]!;
    if (kind < 4) await this.move();
    else if (kind === 4) await this.burst(item);
    else if (kind === 5) await this.set(item);
    else if (kind === 6) await this.save(item);
    else await this.count();
    const last = await this.end();
    if (last !== this.ids.at(-1)) this.ids.push(last);
    for (const { key, ...each } of this.items) {
      const { quantity } = await this.shop.level(key);
      expect(quantity).toBe(quantityOf({ key, ...each }));
    }
  }

  private async move(): Promise<void> {
    const lines = this.items
      .filter(() => this.random(2) === 0)
      .map(({ key }): TestLine => [key, this.random(9) - 5, 'unrestricted']);
    if (lines.length === 0) return;
    const { ledgerId: id } = await this.shop.post(lines);
    for (const [key, units] of lines) {
      this.items.find((item) => item.key === key)!.moved.push({ id, units });
    }
  }

  /** So many that the walk back and the search forth meet in the middle. */
  private async burst({ key, moved }: ModelItem): Promise<void> {
    const posts = Array.from({ length: 300 }, () => this.shop.post([[key, -1, 'unrestricted']]));
    moved.push(...(await Promise.all(posts)).map(({ ledgerId: id }) => ({ id, units: -1 })));
  }

  private async set(item: ModelItem): Promise<void> {
    const quantity = this.random(200);
    const { movement } = await changeQuantities(this.shop.deps, this.shop.tenantId, {
      operation: 'SET',
      changes: [{ itemId: item.id, units: quantity, compareQuantity: null }],
      allowNegative: true,
      cause: { reason: 'CORRECTION', actor: 'user:1', requestId: '' },
    });
    item.newest = { place: movement.id, quantity };
  }

  private async save(item: ModelItem): Promise<void> {
    const quantity = this.random(200);
    const states = quantity !== quantityOf(item);
    await this.shop.change(item.key, { quantity, lowStockThreshold: this.random(1000) });
    if (states) item.newest = { place: await this.end(), quantity };
  }

  private async count(): Promise<void> {
    const counted = this.items.filter(() => this.random(3) > 0);
    if (counted.length === 0) return;
    const lines = counted.map(({ id: itemId }) => ({ itemId, countedQuantity: this.random(200) }));
    const outcome = await this.take({ lines, asOf: this.moment() });
    outcome.items.forEach(({ superseded, countedQuantity }, i) => {
      const item = counted[i]!;
      const isOld = isBefore(outcome.asOf, item.newest.place);
      expect(superseded).toBe(isOld);
      if (!isOld) item.newest = { place: outcome.asOf, quantity: countedQuantity };
      const word = isOld ? 'superseded' : 'counted';
      this.words[word] = (this.words[word] ?? 0) + 1;
    });
  }

  private take({ lines, asOf }: Pick<CountStock, 'lines' | 'asOf'>): Promise<CountOutcome> {
    const { deps, tenantId } = this.shop;
    const cause = { actor: 'user:1', requestId: randomUUID() };
    return countStock(deps, tenantId, { lines, asOf, cause });
  }

  /** Mostly a recent one. */
  private moment(): AskedMoment {
    const kind = this.random(5);
    if (kind === 0) return {};
    const back = this.random(this.random(2) === 0 ? 4 : this.ids.length);
    const id = this.ids.at(-1 - Math.min(back, this.ids.length - 1))!;
    return kind === 1 ? { time: new Date(Number(id.split('-')[0])) } : { movementId: id };
  }
}

test('in whatever order it is stated, what is of the latest moment stands', async () => {
  const run = new CountRun(randomNumbers(seed));
  try {
    await run.start();
    for (let step = 0; step < STEPS; step += 1) await run.step();
  } catch (error) {
    throw new Error(`with COUNT_SEED=${seed}`, { cause: error });
  }
  expect(Math.min(run.words['superseded'] ?? 0, run.words['counted'] ?? 0)).toBeGreaterThan(0);
  expect((await run.shop.verify()).drift).toEqual([]);
  process.stdout.write(`counts: COUNT_SEED=${seed}, ${JSON.stringify(run.words)}\n`);
});
