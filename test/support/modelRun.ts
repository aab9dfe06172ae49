import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import { guidOfKey, impliedLocationId, itemKey } from '../../src/core/identity';
import { changeQuantities } from '../../src/inventory/changeQuantities';
import { moveForOrder, type OrderCall } from '../../src/inventory/moveForOrder';
import { changeSettings } from '../../src/inventory/changeSettings';
import { deleteItems, saveItems, type PostOutcome } from '../../src/redis/commands';
import { keys } from '../../src/redis/keys';
import { readLevels } from '../../src/redis/reads';
import { hubReply, timeless, type Reply } from './hubReply';
import { InventoryModel } from './inventoryModel';
import type { ModelLevel, ModelReply } from './inventoryModel';
import { orderMovement, type ModelSettings } from './modelOrder';
import { isLow, statusOf } from './modelPlan';
import type { OrderStep, PostStep, RemoveStep, SaveStep } from './modelSteps';
import type { SettingsStep, Step, StockStep } from './modelSteps';
import { KNOWN_PRODUCTS } from './modelSteps';
import { APP_ID, openShop, orderOf, type Shop } from './shop';

/** A tenant in the store and in the model, and what was done to both. */
export class ModelRun {
  readonly shop: Shop;
  readonly model = new InventoryModel();
  /** How often each reply came. */
  readonly words = new Map<string, number>();
  private readonly settings: ModelSettings = {
    location: 0,
    unknownItems: 'REJECT',
    subscriptionItems: 'TRACK',
  };
  private readonly processes;
  private readonly locations: string[];
  private readonly names = new Map<string, string>();
  private readonly ledgerIds: string[] = [];
  private readonly orderCalls: { step: OrderStep; token: string }[] = [];
  private unique = 0;

  constructor(redis: Redis) {
    this.shop = openShop(redis);
    this.processes = [this.shop.deps, openShop(redis, this.shop.tenantId).deps];
    this.locations = [impliedLocationId(this.shop.tenantId), randomUUID()];
  }

  /** Creates the products that are known from the start. */
  async start(): Promise<void> {
    for (let product = 0; product < KNOWN_PRODUCTS; product += 1) {
      const level = { quantity: 4 * product, preorderEnabled: product === 1, preorderLimit: 3 };
      await this.save({ kind: 'save', product, location: 0, level, renamed: false });
    }
  }

  /** Does a step to both; what each replied. */
  async take(step: Step): Promise<{ hub: Reply; model: Reply } | undefined> {
    switch (step.kind) {
      case 'order':
        return this.order(step, `token ${(this.unique += 1)}`, step.process);
      case 'again': {
        const earlier = this.orderCalls.at(-1 - step.back);
        if (!earlier) return undefined;
        const token = step.signedAnew ? `token ${(this.unique += 1)}` : earlier.token;
        const anew = step.signedAnew && step.newRequest;
        const requestId = anew ? 1000 + this.unique : earlier.step.requestId;
        return this.order({ ...earlier.step, requestId }, token, step.process);
      }
      case 'post':
        return this.post(step);
      case 'save':
        await this.save(step);
        return undefined;
      case 'stock':
        return this.changeStock(step);
      case 'remove':
        return this.remove(step);
      case 'settings':
        await this.change(step);
        return undefined;
    }
  }

  private async order(step: OrderStep, token: string, process: number) {
    this.orderCalls.push({ step, token });
    const { operation, reason, restricted, lines, requestId } = step;
    const call: OrderCall = {
      tenantId: this.shop.tenantId,
      operation,
      orderId: `order ${step.order}`,
      reason,
      restricted,
      lines: lines.map(({ product, location, quantity, subscriptionItem }) => ({
        appId: APP_ID,
        productId: `product ${product}`,
        variantId: null,
        locationId: location === null ? null : this.locations[location]!,
        quantity,
        subscriptionItem,
      })),
      token,
      ...(requestId !== null && { requestId: `request ${requestId}` }),
    };
    const movement = orderMovement(step, token, this.settings, (product, at) =>
      this.name(product, at),
    );
    const model = this.model.moveOrder(movement);
    const hub = moveForOrder(this.processes[process]!, call);
    return this.compare(model, hub);
  }

  private async post({ lines, key }: PostStep) {
    const input = JSON.stringify(lines);
    const call = key === null ? undefined : { key: `key ${key}`, input };
    const model = this.model.move({
      lines: lines.map(({ product, ...line }) => ({ item: this.name(product, 0), ...line })),
      creates: false,
      ...(call && { call }),
    });
    const settings = await this.shop.redis.get(keys.settings(this.shop.tenantId));
    const { revision } = JSON.parse(settings ?? '{"revision":0}') as { revision: number };
    const hub = this.shop.post(
      lines.map(({ product, units, guard, reserved }) => [
        this.key(product, 0),
        units,
        guard,
        reserved,
      ]),
      {
        settingsRevision: revision,
        ...(call && { call: { keyDigest: call.key, inputDigest: call.input } }),
      },
    );
    return this.compare(model, hub);
  }

  private async changeStock(step: StockStep & { process: number }) {
    const { operation, lines, allowNegative, key } = step;
    const absolute = operation === 'SET';
    const guard = allowNegative || absolute ? 'unrestricted' : 'strict';
    const input = JSON.stringify([operation, lines, allowNegative]);
    const model = this.model.move({
      lines: lines.map(({ product, units, compareQuantity }) => ({
        item: this.name(product, 0),
        units,
        reserved: 0,
        guard,
        stock: { absolute, compareQuantity },
      })),
      creates: false,
      ...(key !== null && { call: { key: `stock ${key}`, input } }),
    });
    const changed = changeQuantities(this.processes[step.process]!, this.shop.tenantId, {
      operation,
      changes: lines.map(({ product, units, compareQuantity }) => ({
        itemId: guidOfKey(this.key(product, 0)),
        units,
        compareQuantity,
      })),
      allowNegative,
      cause: {
        reason: 'COUNT',
        actor: 'user:1',
        requestId: '',
        ...(key !== null && { idempotencyKey: `stock ${key}` }),
      },
    });
    const hub = changed.then(({ movement: { id, lines: made }, replayed }): PostOutcome =>
      replayed ? { replayed, ledgerId: id } : { replayed, ledgerId: id, lines: () => made },
    );
    return this.compare(model, hub);
  }

  private async remove({ product, location }: RemoveStep) {
    const model = this.model.remove(this.name(product, location));
    const removed = deleteItems(this.shop.redis, {
      tenantId: this.shop.tenantId,
      items: [{ key: this.key(product, location), revision: 0 }],
      cause: { operation: 'DELETE' },
    });
    const hub = removed.then(({ ledgerId, lines }) => {
      expect(lines.every(({ deleted }) => deleted)).toBe(true);
      return { replayed: false as const, ledgerId, lines: () => lines };
    });
    return this.compare(model, hub);
  }

  private async save({ product, location, level, renamed }: Omit<SaveStep, 'process'>) {
    const { shop } = this;
    const key = this.key(product, location);
    const before = (await shop.redis.hget(keys.documents(shop.tenantId), key)) ?? '';
    const name = `name ${(this.unique += 1)}`;
    const document = before === '' ? {} : (JSON.parse(before) as object);
    const after = before !== '' && !renamed ? before : JSON.stringify({ ...document, name });
    const isChange = this.model.save(this.name(product, location), level, before !== after);
    const items = [{ key, level, before, after }];
    const cause = { operation: 'IMPORT' as const };
    const { ledgerId } = await saveItems(shop.redis, { tenantId: shop.tenantId, items, cause });
    expect(ledgerId !== '').toBe(isChange);
    if (isChange) this.ledgerIds[this.model.entries] = ledgerId;
  }

  private async change({
    location,
    unknownItems,
    subscriptionItems,
    process,
  }: SettingsStep & { process: number }) {
    if (location !== undefined) this.settings.location = location;
    if (unknownItems) this.settings.unknownItems = unknownItems;
    if (subscriptionItems) this.settings.subscriptionItems = subscriptionItems;
    await changeSettings(this.processes[process]!, this.shop.tenantId, {
      ...(location !== undefined && { defaultLocationId: this.locations[location]! }),
      ...(unknownItems && { unknownItems }),
      ...(subscriptionItems && { subscriptionItems }),
    });
  }

  private async compare(reply: ModelReply, outcome: Promise<PostOutcome>) {
    const hub = hubReply(outcome, this.names);
    const word = reply.word;
    this.words.set(word, (this.words.get(word) ?? 0) + 1);
    const { entry, ...model } = { entry: undefined, ...reply };
    const answered = await hub;
    if (entry === undefined) return { hub: answered, model };
    if (word === 'OK') {
      this.ledgerIds[entry] = String(answered['ledgerId']);
      expect(this.ledgerIds[entry].split('-')[1]).toBe(String(entry));
    }
    return { hub: answered, model: { ...model, ledgerId: this.ledgerIds[entry] } };
  }

  /** Compares all that is stored with the model, and with the ledger. */
  async finish(): Promise<void> {
    const { shop, model } = this;
    const stored: Record<string, ModelLevel> = {};
    const status: string[] = [];
    const low: string[] = [];
    const levels = await readLevels(shop.redis, shop.tenantId, [...this.names.keys()]);
    for (const [i, [id, name]] of [...this.names].entries()) {
      const expected = model.items.get(name);
      const level = levels[i];
      if (level) stored[name] = timeless(level);
      if (!expected) continue;
      status.push(
        `${{ IN_STOCK: 'I', PREORDER: 'P', OUT_OF_STOCK: 'O' }[statusOf(expected)]} ${id}`,
      );
      if (isLow(expected)) low.push(id);
    }
    expect(stored).toEqual(Object.fromEntries(model.items));
    expect(await shop.indexes()).toEqual({ status: status.sort(), low: low.sort() });
    for (const [orderId, { items, moves }] of model.orders) {
      const record = (await orderOf(shop, orderId))!;
      expect(record.movementIds).toEqual(moves.map(({ entry }) => this.ledgerIds[entry]));
      expect(record.items.map(({ itemId, ...item }) => [this.names.get(itemId), item])).toEqual([
        ...items,
      ]);
    }
    const report = await shop.verify();
    expect(report.drift).toEqual([]);
    expect([report.entries, report.items]).toEqual([model.entries, model.items.size]);
  }

  private key(product: number, location: number): Buffer {
    const identity = { appId: APP_ID, productId: `product ${product}`, variantId: null };
    const locationId = this.locations[location]!;
    return itemKey(this.shop.tenantId, { ...identity, locationId });
  }

  private name(product: number, location: number): string {
    const name = `${product} at ${location}`;
    this.names.set(guidOfKey(this.key(product, location)), name);
    return name;
  }
}
