import fc from 'fast-check';
import type { InventoryItem } from '../../src/core/item';
import { comparePlaces, type ItemPlace } from '../../src/core/itemOrder';
import { OrderedItems } from '../../src/inventory/orderedItems';

const ASCENDING = { field: 'QUANTITY', descending: false } as const;
const compare = (a: ItemPlace, b: ItemPlace) => comparePlaces(a, b, ASCENDING);

/** An item of which only the id counts. */
const itemOf = (id: string) => ({ id }) as InventoryItem;
const idOf = (n: number) => `item-${String(n).padStart(5, '0')}`;

/** What the order should hold, as a plain sorted list. */
class Model {
  readonly places: ItemPlace[] = [];

  constructor(readonly order: OrderedItems) {}

  add(value: number, id: string): void {
    this.places.push({ value, id });
    this.order.add(value, itemOf(id));
  }

  remove(at: number): void {
    const [gone] = this.places.splice(at, 1);
    if (gone) this.order.remove(gone.value, gone.id);
  }

  /** Walks both ways from places that are there, and from some that are not. */
  check(): void {
    const places = this.places.sort(compare);
    const ids = places.map(({ id }) => id);
    const walked = (place: ItemPlace | undefined, backwards: boolean) =>
      [...this.order.walk(place, backwards)].map(({ id }) => id);
    expect(walked(undefined, false)).toEqual(ids);
    expect(walked(undefined, true)).toEqual([...ids].reverse());
    const starts = places.filter((_, i) => i % Math.ceil(places.length / 7) === 0);
    const beside = starts.map(({ value }) => ({ value, id: 'item-~' }));
    for (const start of [...starts, ...beside, { value: -1, id: '' }, { value: 1e9, id: '' }]) {
      const after = places.filter((place) => compare(place, start) > 0).map(({ id }) => id);
      const before = places.filter((place) => compare(place, start) < 0).map(({ id }) => id);
      expect(walked(start, false)).toEqual(after);
      expect(walked(start, true)).toEqual(before.reverse());
    }
    for (const [min, max] of [
      [undefined, 7],
      [3, 12],
      [5, 5],
      [9, undefined],
      [8, 2],
      [90, 99],
    ]) {
      const inside = places.filter(({ value }) => {
        return Number(value) >= (min ?? -Infinity) && Number(value) <= (max ?? Infinity);
      });
      const range = { ...(min !== undefined && { min }), ...(max !== undefined && { max }) };
      const { size, each } = this.order.between(range);
      expect([...each()].map(({ id }) => id)).toEqual(inside.map(({ id }) => id));
      expect(size).toBe(inside.length);
    }
  }
}

async function filled(values: readonly number[]): Promise<Model> {
  const order = new OrderedItems();
  const items = values.map((_, i) => itemOf(idOf(i)));
  await order.fill(items, (i) => values[i]!);
  const model = new Model(order);
  model.places.push(...values.map((value, i) => ({ value, id: idOf(i) })));
  model.places.sort(compare);
  return model;
}

test('an order stays what a sorted list would be, whatever comes and goes', async () => {
  const step = fc.record({ add: fc.boolean(), value: fc.nat(20), at: fc.nat(3000) });
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.nat(20), { maxLength: 1500, size: 'max' }),
      fc.array(step, { maxLength: 1200, size: 'max' }),
      async (values, steps) => {
        const model = await filled(values);
        for (const [i, { add, value, at }] of steps.entries()) {
          if (add) model.add(value, idOf(10_000 + i));
          else model.remove(at % Math.max(model.places.length, 1));
        }
        model.check();
      },
    ),
    { numRuns: 8 },
  );
});

test('ten thousand items in rising order, then all of them out again', async () => {
  const model = await filled([]);
  for (let i = 0; i < 10_000; i += 1) model.add(i, idOf(i));
  model.check();
  for (const { value, id } of model.places.splice(0, 9_999)) model.order.remove(value, id);
  model.check();
  model.remove(0);
  model.check();
});

test('what comes and goes while an order is made counts', async () => {
  const values = Array.from({ length: 9000 }, (_, i) => (i * 7919) % 1000);
  const order = new OrderedItems();
  const made = order.fill(
    values.map((_, i) => itemOf(idOf(i))),
    (i) => values[i]!,
  );
  const model = new Model(order);
  model.places.push(...values.map((value, i) => ({ value, id: idOf(i) })));
  model.places.sort(compare);
  model.add(3, 'new-1');
  model.remove(model.places.findIndex(({ id }) => id === 'new-1'));
  for (let i = 0; i < 50; i += 1) {
    model.remove(i * 100);
    model.add(500, `new-2-${i}`);
  }
  await made;
  model.check();
});

test('an item that is not there is not removed, nor is another one for it', async () => {
  const model = await filled([1, 2, 3]);
  model.order.remove(2, idOf(0));
  model.order.remove(9, idOf(1));
  model.check();
});
