import { tokenFromHeader } from '../../src/auth/apiToken';
import { thrownBy } from './apiTokens';

describe('the Authorization header', () => {
  test.each([
    [undefined, undefined],
    ['', undefined],
    ['  ', undefined],
    ['Bearer a.b.c', 'a.b.c'],
    ['bearer   a.b.c ', 'a.b.c'],
    ['BEARER a.b.c', 'a.b.c'],
    ['a.b.c', 'a.b.c'],
  ])('%p gives %p', (header, token) => {
    expect(tokenFromHeader(header)).toBe(token);
  });

  test.each(['Basic dXNlcjpwYXNz', 'Bearer', 'Bearer a b', 'Bearer a, Bearer b', 'a b c'])(
    '%p is no bearer token',
    (header) => {
      const error = thrownBy(() => tokenFromHeader(header));
      expect(error).toMatchObject({ code: 'UNAUTHENTICATED' });
    },
  );
});
