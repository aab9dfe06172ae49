import { requestIdOf } from '../../src/observability/requestId';

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

test('the header of the caller is taken, its own before that of Wix', () => {
  expect(requestIdOf({ 'x-request-id': 'A.b_c:1-2' })).toBe('A.b_c:1-2');
  expect(requestIdOf({ 'x-wix-request-id': 'wix' })).toBe('wix');
  expect(requestIdOf({ 'x-wix-request-id': 'wix', 'x-request-id': 'own' })).toBe('own');
  expect(requestIdOf({ 'x-request-id': 'x'.repeat(128) })).toHaveLength(128);
});

test.each(['', ' ', 'a b', 'a\nb', 'ä', '"', '{}', 'x'.repeat(129)])(
  'a header %j is ignored',
  (value) => {
    expect(requestIdOf({ 'x-request-id': value })).toMatch(uuid);
    expect(requestIdOf({ 'x-request-id': value, 'x-wix-request-id': 'wix' })).toBe('wix');
  },
);

test('without a header each request has an id of its own', () => {
  expect(requestIdOf({})).toMatch(uuid);
  expect(requestIdOf({})).not.toBe(requestIdOf({}));
});
