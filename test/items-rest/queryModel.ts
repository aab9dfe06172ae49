import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import type { TestItem } from '../support/graphqlHub';
import type { WireEntity } from './queryHub';

/** A filter of the wire. */
export type Filter = Record<string, unknown>;
type Value = string | number | boolean | null;

export const guidFields = ['id', 'variantId', 'locationId'] as const;
export const textFields = [
  'productId',
  'product.name',
  'product.variantName',
  'product.variantSku',
  'product.variantBarcode',
  'product.brand.id',
] as const;
export const dateFields = ['createdDate', 'updatedDate'] as const;
export const flagFields = ['trackQuantity', 'inStock', 'preorderInfo.enabled'] as const;
const orderedFields = [...guidFields, ...textFields, ...dateFields, 'quantity'] as const;
const plainFields = [...orderedFields, ...flagFields, 'availabilityStatus'] as const;
export const sortableFields = [
  ...textFields,
  ...dateFields,
  ...flagFields,
  'quantity',
  'availabilityStatus',
  'product.directCategoryIds',
] as const;

/** Items of every sort: tracked or not, on preorder, with and without each word. */
export function variedItems(count: number): TestItem[] {
  const brands = [randomUUID(), randomUUID()];
  const categories = [randomUUID(), randomUUID(), randomUUID()];
  const products = Array.from({ length: 8 }, () => randomUUID());
  const places = [randomUUID(), randomUUID()];
  return Array.from({ length: count }, (_, i) => ({
    // Without variants an item is its product's only one at a place.
    productId: i % 9 === 0 ? randomUUID() : products[i % 8]!,
    variantId: i % 9 === 0 ? null : randomUUID(),
    ...(i % 3 !== 0 && { locationId: places[i % 2]! }),
    ...(i % 5 === 0 ? { tracked: false, inStock: i % 2 === 0 } : { quantity: (i % 12) - 3 }),
    ...(i % 4 === 1 && { preorderEnabled: true, preorderLimit: 5 }),
    ...(i % 7 !== 0 && { name: ['Red apple', 'red Pear', 'Ähre', 'Straße 7'][i % 4]! }),
    ...(i % 6 !== 0 && { variantName: ['Large', 'small-red', 'large blue'][i % 3]! }),
    ...(i % 8 !== 0 && { sku: `SKU-${i % 20}` }),
    ...(i % 2 === 0 && { barcode: `40${i % 10} red` }),
    ...(i % 3 !== 1 && { brandId: brands[i % 2]! }),
    ...(i % 4 !== 2 && { categoryIds: categories.slice(i % 3, (i % 3) + 1 + (i % 2)) }),
  }));
}

/** What an item shows under a path. */
export function shown(item: WireEntity, path: string): Value | readonly string[] {
  const value = path
    .split('.')
    .reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], item);
  return (value ?? null) as Value | readonly string[];
}

const isDate = (path: string) => path === 'createdDate' || path === 'updatedDate';
/** Dates are equal whatever they are written like. */
const plain = (path: string, value: Value): Value =>
  isDate(path) && typeof value === 'string' ? Date.parse(value) : value;

/** What the documentation says a filter means, in the plainest way. */
export function isMatch(filter: Filter, item: WireEntity): boolean {
  return Object.entries(filter).every(([key, asked]) => {
    if (key === '$and') return (asked as Filter[]).every((part) => isMatch(part, item));
    if (key === '$or') return (asked as Filter[]).some((part) => isMatch(part, item));
    if (key === '$not') return !isMatch(asked as Filter, item);
    if (typeof asked !== 'object' || asked === null) return holds(key, '$eq', asked, item);
    return Object.entries(asked).every(([operator, value]) => holds(key, operator, value, item));
  });
}

function holds(path: string, operator: string, asked: unknown, item: WireEntity): boolean {
  const own = shown(item, path);
  const values = Array.isArray(own) ? (own as string[]) : [plain(path, own as Value)];
  const wanted = (Array.isArray(asked) ? asked : [asked]).map((each) => plain(path, each as Value));
  const none = values.length === 0 || values[0] === null;
  const equal = wanted.some((each) => (each === null ? none : values.includes(each)));
  const [first] = values as [Value];
  const [bound] = wanted as [Value];
  const lower = String(first ?? '').toLowerCase();
  const part = typeof bound === 'string' ? bound.toLowerCase() : '';
  const meanings: Record<string, () => boolean> = {
    $eq: () => equal,
    $in: () => equal,
    $hasSome: () => equal,
    $ne: () => !equal,
    $nin: () => !equal,
    $hasAll: () => wanted.every((each) => values.includes(each as never)),
    $exists: () => asked === !none,
    $isEmpty: () => asked === (none || first === ''),
    $gt: () => !none && first! > bound!,
    $gte: () => !none && first! >= bound!,
    $lt: () => !none && first! < bound!,
    $lte: () => !none && first! <= bound!,
    $startsWith: () => !none && lower.startsWith(part),
    $endsWith: () => !none && lower.endsWith(part),
    $contains: () => !none && lower.includes(part),
    $not: () => !isMatch({ [path]: asked }, item),
  };
  return meanings[operator]!();
}

/** One step of an order, as the wire has it. */
export interface Step {
  fieldName: string;
  order?: 'ASC' | 'DESC';
}

/** Items in an order: nothing comes first, ties are broken by id, the way of the last step. */
export function inOrder(items: readonly WireEntity[], steps: readonly Step[]): WireEntity[] {
  const key = (item: WireEntity, path: string) => {
    const own = shown(item, path);
    return Array.isArray(own) ? ([...(own as string[])].sort()[0] ?? null) : (own as Value);
  };
  const compare = (a: Value, b: Value) => {
    if (a === b) return 0;
    if (a === null || b === null) return a === null ? -1 : 1;
    return a < b ? -1 : 1;
  };
  const last = steps.at(-1)!.order;
  const all = [...steps, { fieldName: 'id', order: last }];
  return [...items].sort((a, b) => {
    for (const { fieldName, order } of all) {
      const compared = compare(key(a, fieldName), key(b, fieldName));
      if (compared !== 0) return order === 'DESC' ? -compared : compared;
    }
    return 0;
  });
}

export const anySort: fc.Arbitrary<Step[]> = fc.array(
  fc.record({
    fieldName: fc.constantFrom(...sortableFields),
    order: fc.constantFrom('ASC' as const, 'DESC' as const),
  }),
  { minLength: 1, maxLength: 4 },
);

/** Random filters that find some of the items, up to three deep. */
export function anyFilter(items: readonly WireEntity[], depth = 3): fc.Arbitrary<Filter> {
  const simple = fc.oneof(...simpleFilters(items));
  if (depth === 1) return simple;
  const part = anyFilter(items, depth - 1);
  return fc.oneof(
    { weight: 3, arbitrary: simple },
    { weight: 1, arbitrary: fc.record({ $and: fc.array(part, { maxLength: 3 }) }) },
    { weight: 1, arbitrary: fc.record({ $or: fc.array(part, { maxLength: 3 }) }) },
    { weight: 1, arbitrary: fc.record({ $not: part }) },
    { weight: 1, arbitrary: fc.tuple(simple, simple).map(([a, b]) => ({ ...a, ...b })) },
  );
}

function simpleFilters(items: readonly WireEntity[]): fc.Arbitrary<Filter>[] {
  const oneOf = (path: string) => {
    const all = items.flatMap((item) => shown(item, path)) as Value[];
    return fc.constantFrom(...new Set([...all, null]));
  };
  const asked = (path: string, operator: string, value: fc.Arbitrary<unknown>) =>
    value.map((each): Filter => ({ [path]: { [operator]: each } }));
  const paths = (list: readonly string[]) => fc.constantFrom(...list);
  const known = (path: string) => oneOf(path).filter((value) => value !== null);
  const texts = paths([...guidFields, ...textFields]);
  const parts = texts.chain((path) =>
    fc
      .tuple(known(path), paths(['$startsWith', '$endsWith', '$contains']), fc.nat(9), fc.nat(9))
      .map(([value, operator, a, b]): Filter => {
        const text = String(value).slice(Math.min(a, b), Math.max(a, b));
        const cut = operator === '$startsWith' ? String(value).slice(0, a) : text;
        return { [path]: { [operator]: a % 2 === 0 ? cut.toUpperCase() : cut } };
      }),
  );
  return [
    paths(plainFields).chain((path) => oneOf(path).map((value): Filter => ({ [path]: value }))),
    paths(plainFields).chain((path) =>
      paths(['$eq', '$ne']).chain((operator) => asked(path, operator, oneOf(path))),
    ),
    paths(plainFields).chain((path) =>
      paths(['$in', '$nin', '$hasSome']).chain((operator) =>
        asked(path, operator, fc.array(oneOf(path), { maxLength: 6 })),
      ),
    ),
    paths(orderedFields).chain((path) =>
      fc
        .dictionary(paths(['$gt', '$gte', '$lt', '$lte']), known(path), { minKeys: 1, maxKeys: 2 })
        .map((operators): Filter => ({ [path]: operators })),
    ),
    paths([...plainFields, 'product.directCategoryIds']).chain((path) =>
      asked(path, '$exists', fc.boolean()),
    ),
    paths([...textFields, 'product.directCategoryIds']).chain((path) =>
      asked(path, '$isEmpty', fc.boolean()),
    ),
    parts,
    paths(['$hasSome', '$hasAll']).chain((operator) => {
      const path = 'product.directCategoryIds';
      return asked(path, operator, fc.array(known(path), { maxLength: 3 }));
    }),
    paths(['$eq', '$ne']).chain((operator) => {
      const path = 'product.directCategoryIds';
      return asked(path, operator, oneOf(path));
    }),
    asked('quantity', '$not', fc.record({ $gt: fc.integer({ min: -3, max: 9 }) })),
  ];
}
