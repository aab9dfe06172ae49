import { canonicalJson } from '../../src/core/canonicalJson';

test('equal values have one text, however they are written down', () => {
  const one = { b: [{ y: 1, x: undefined }, null], a: { d: 'é', c: true } };
  const other = { a: { c: true, d: 'é' }, b: [{ y: 1 }, null] };
  expect(canonicalJson(one)).toBe('{"a":{"c":true,"d":"é"},"b":[{"y":1},null]}');
  expect(canonicalJson(other)).toBe(canonicalJson(one));
  // As JSON.parse gives it: a key like any other.
  const forged = JSON.parse('{"b": 1, "__proto__": {"d": 1, "c": 2}}') as unknown;
  expect(canonicalJson(forged)).toBe('{"__proto__":{"c":2,"d":1},"b":1}');
});

test('other values have other texts: lists keep their order', () => {
  expect(canonicalJson([1, 2])).not.toBe(canonicalJson([2, 1]));
  expect(canonicalJson({ a: null })).not.toBe(canonicalJson({}));
  expect(canonicalJson(['a', undefined])).toBe('["a",null]');
  expect(canonicalJson(new Date(0))).toBe('"1970-01-01T00:00:00.000Z"');
});
