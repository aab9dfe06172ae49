import { createRemoteJWKSet, customFetch, errors, jwksCache } from 'jose';
import type {
  CryptoKey,
  ExportedJWKSCache,
  FlattenedJWSInput,
  JWKSCacheInput,
  JWSHeaderParameters,
} from 'jose';
import { InventoryError } from '../core/errors';

/** Age from which keys are fetched again, while the old ones go on serving, ms. */
const REFRESH_AFTER_MS = 600_000;
/** Age from which keys are no longer trusted, ms: how long the key server may be away. */
const KEYS_KEPT_MS = 3_600_000;
/** Shortest time between two fetches because of a key that is not there, ms. */
const UNKNOWN_KEY_PAUSE_MS = 10_000;
/** Shortest time from a fetch that failed to the next one, ms. */
const FAILURE_PAUSE_MS = 1000;
/** Longest wait for the key set, ms. */
const FETCH_TIMEOUT_MS = 5000;

/** Gives the keys that may have signed a token with this header; empty when there is none. */
export type KeyFinder = (
  header: JWSHeaderParameters,
  token: FlattenedJWSInput,
) => Promise<readonly CryptoKey[]>;

/**
 * Finds keys in a JSON Web Key Set behind an address, which is fetched when a key is first asked
 * for. A key that is not there causes another fetch, at most one in 10 seconds, so a new key works
 * at once. Keys older than 10 minutes are fetched again without anyone waiting; when that fails,
 * they serve until they are an hour old, so a key that was taken out of the set is refused after 10
 * minutes, or an hour while the key server is away.
 *
 * The finder throws InventoryError AUTH_UNAVAILABLE when the set cannot be had (no connection, no
 * answer in 5 seconds, a redirect, a status other than 200, no key set), since nobody then knows
 * whether the token is good; its cause says why. After a failure the next fetch waits a second.
 *
 * @param url `https://` or `http://`
 */
export function remoteKeys(url: string): KeyFinder {
  const cache: Partial<ExportedJWKSCache> = {};
  let failure: { error: unknown; time: number } | undefined;
  const note = (error: unknown) => {
    // The same failure may reach several callers; only its first one sets the time.
    if (error !== failure?.error) failure = { error, time: performance.now() };
  };
  const set = createRemoteJWKSet(new URL(url), {
    timeoutDuration: FETCH_TIMEOUT_MS,
    cooldownDuration: UNKNOWN_KEY_PAUSE_MS,
    cacheMaxAge: KEYS_KEPT_MS,
    [jwksCache]: cache as JWKSCacheInput,
    [customFetch]: async (address, options) => {
      if (failure !== undefined && performance.now() - failure.time < FAILURE_PAUSE_MS) {
        throw failure.error;
      }
      return fetch(address, options);
    },
  });
  return async (header, token) => {
    if (cache.uat !== undefined && Date.now() - cache.uat >= REFRESH_AFTER_MS && set.fresh) {
      set.reload().catch(note);
    }
    try {
      return [await set(header, token)];
    } catch (error) {
      if (error instanceof errors.JWKSNoMatchingKey) return [];
      if (error instanceof errors.JWKSMultipleMatchingKeys) return await allOf(error);
      if (error instanceof errors.JOSENotSupported) throw error;
      note(error);
      const cause = new Error(`the key set at ${describeUrl(url)}: ${reasonOf(error)}`);
      throw new InventoryError('AUTH_UNAVAILABLE', undefined, undefined, { cause });
    }
  };
}

async function allOf(keys: AsyncIterable<CryptoKey>): Promise<readonly CryptoKey[]> {
  const found: CryptoKey[] = [];
  for await (const key of keys) found.push(key);
  return found;
}

/** Never with a password or query. */
function describeUrl(url: string): string {
  const { origin, pathname } = new URL(url);
  return `${origin}${pathname}`;
}

function reasonOf(error: unknown): string {
  const { message, cause } = error as Error;
  // What fetch throws says only that it failed.
  const { code } = (cause ?? {}) as NodeJS.ErrnoException;
  return code === undefined ? message : `${message} (${code})`;
}
