/** A value of a field. Null: there is none. Times are ms since 1970. */
export type FieldValue = string | number | boolean | null;

/**
 * What a query asks of a field. Nothing is smaller or larger than null, and null begins with
 * nothing; `in` with null finds what has no value. Of a list, one entry is enough, but `hasAll`
 * asks for each.
 */
export type FieldCondition<Field extends string> =
  | { field: Field; in: readonly FieldValue[] }
  | { field: Field; compare: 'lt' | 'lte' | 'gt' | 'gte'; value: string | number }
  /** Case does not matter. */
  | { field: Field; text: 'startsWith' | 'endsWith' | 'contains'; value: string }
  | { field: Field; hasAll: readonly string[] };

/** Conditions put together. */
type Combined<Leaf> =
  | { and: readonly Condition<Leaf>[] }
  | { or: readonly Condition<Leaf>[] }
  | { not: Condition<Leaf> };

/** What a query asks, of whatever can be asked alone. */
export type Condition<Leaf> = Leaf | Combined<Leaf>;

/** Whether something is what is asked for. */
export type Test<Thing> = (thing: Thing) => boolean;

/** Turns a condition into a test that is quick to run often. */
export function combinedTest<Leaf extends object, Thing>(
  condition: Condition<Leaf>,
  leafTest: (leaf: Leaf) => Test<Thing>,
): Test<Thing> {
  if (!isCombined(condition)) return leafTest(condition);
  const testOf = (part: Condition<Leaf>) => combinedTest(part, leafTest);
  if ('and' in condition) return allOf(condition.and.map(testOf));
  if ('or' in condition) {
    const tests = condition.or.map(testOf);
    return (thing) => tests.some((test) => test(thing));
  }
  const test = testOf(condition.not);
  return (thing) => !test(thing);
}

function isCombined<Leaf extends object>(condition: Condition<Leaf>): condition is Combined<Leaf> {
  return 'and' in condition || 'or' in condition || 'not' in condition;
}

function allOf<Thing>(tests: readonly Test<Thing>[]): Test<Thing> {
  const [first, second] = tests;
  if (first && tests.length === 1) return first;
  if (first && second && tests.length === 2) return (thing) => first(thing) && second(thing);
  return (thing) => {
    for (const test of tests) if (!test(thing)) return false;
    return true;
  };
}

/** Turns what is asked of a field into a test of its value. */
export function valueTest(condition: FieldCondition<string>): Test<FieldValue> {
  if ('in' in condition) {
    const [only] = condition.in;
    if (condition.in.length === 1) return (value) => value === only;
    const wanted = new Set(condition.in);
    return (value) => wanted.has(value);
  }
  if ('hasAll' in condition) return (value) => condition.hasAll.every((each) => each === value);
  if ('compare' in condition) {
    const bound = condition.value;
    return {
      lt: (value: FieldValue) => value !== null && value < bound,
      lte: (value: FieldValue) => value !== null && value <= bound,
      gt: (value: FieldValue) => value !== null && value > bound,
      gte: (value: FieldValue) => value !== null && value >= bound,
    }[condition.compare];
  }
  const part = condition.value.toLowerCase();
  const has = {
    startsWith: (value: string) => value.startsWith(part),
    endsWith: (value: string) => value.endsWith(part),
    contains: (value: string) => value.includes(part),
  }[condition.text];
  return (value) => typeof value === 'string' && has(value.toLowerCase());
}
