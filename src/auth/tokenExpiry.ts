import { decodeJwt } from 'jose';

/**
 * When a token expires, in ms since 1970, as it says itself. Ask only of a token that has been
 * verified: nothing is checked here.
 */
export function tokenExpiry(token: string): number {
  return (decodeJwt(token).exp ?? 0) * 1000;
}
