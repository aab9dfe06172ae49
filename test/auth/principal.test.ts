import { readScopes, requireScope, scopes, type Principal } from '../../src/auth/principal';
import { thrownBy } from './apiTokens';

function principalWith(scope: string): Principal {
  return { tenantId: 'site', subject: 'ann', scopes: readScopes(scope), tokenId: 'digest' };
}

test.each([
  ['inventory:read', ['inventory:read']],
  ['inventory:write', ['inventory:read', 'inventory:write']],
  ['inventory:admin', ['inventory:read', 'inventory:write', 'inventory:admin']],
  ['openid inventory:read profile', ['inventory:read']],
  ['inventory:write inventory:read', ['inventory:read', 'inventory:write']],
  ['', []],
  ['openid', []],
  ['inventory:*', []],
  ['INVENTORY:ADMIN', []],
  ['inventory:administrator', []],
  ['inventory:read,inventory:write', []],
  ['inventory:read\ninventory:admin', []],
  ['constructor', []],
])('the scope %p allows %p', (text, expected) => {
  expect([...readScopes(text)]).toEqual(expected);
});

test('a scope that is there gives the principal back', () => {
  const principal = principalWith('inventory:write');
  expect(requireScope(principal, 'inventory:read')).toBe(principal);
  expect(requireScope(principal, 'inventory:write')).toBe(principal);
});

test('a scope that is not there is FORBIDDEN and named', () => {
  const demand = () => requireScope(principalWith('inventory:write'), 'inventory:admin');
  expect(thrownBy(demand)).toMatchObject({
    code: 'FORBIDDEN',
    kind: 'forbidden',
    message: 'The token lacks the scope inventory:admin.',
  });
});

test.each(scopes)('nobody is UNAUTHENTICATED for %s', (scope) => {
  const error = thrownBy(() => requireScope(undefined, scope));
  expect(error).toMatchObject({ code: 'UNAUTHENTICATED', kind: 'unauthenticated' });
});
