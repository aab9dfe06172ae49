import type { IncomingMessage } from 'node:http';
import { tokenFromHeader } from '../auth/apiToken';
import type { Principal } from '../auth/principal';
import { tokenExpiry } from '../auth/tokenExpiry';
import { InventoryError } from '../core/errors';

/** A token is verified again this often, ms, and when it expires. */
const RECHECK_MS = 5 * 60_000;
/** How often an expired token is looked at while clocks may be apart, ms. */
const EXPIRED_RECHECK_MS = 500;

type VerifyToken = (token: string) => Promise<Principal>;

/**
 * The token of a connection: of `Authorization` in the payload of `connection_init`, in any case,
 * else of the header of the request.
 *
 * @throws InventoryError UNAUTHENTICATED without one
 */
export function tokenOfConnection(
  { headers }: IncomingMessage,
  payload: Readonly<Record<string, unknown>> = {},
): string {
  const [, given] =
    Object.entries(payload).find(([name]) => name.toLowerCase() === 'authorization') ?? [];
  const token = tokenFromHeader(typeof given === 'string' ? given : headers.authorization);
  if (token === undefined) throw new InventoryError('UNAUTHENTICATED');
  return token;
}

/**
 * Verifies a token again when it expires and every few minutes. Calls back once when it is refused;
 * while it can't be verified it counts as good until its `exp`.
 *
 * @returns ends the watch
 */
export function watchToken(token: string, verify: VerifyToken, onRefused: () => void): () => void {
  const expiresAt = tokenExpiry(token);
  let ended = false;
  const untilNext = () => {
    const left = expiresAt - Date.now();
    return left > 0 ? Math.min(left, RECHECK_MS) : EXPIRED_RECHECK_MS;
  };
  const check = async () => {
    const good = await verify(token).then(
      () => true,
      (error: unknown) =>
        Date.now() < expiresAt &&
        !(error instanceof InventoryError && error.code === 'UNAUTHENTICATED'),
    );
    if (ended) return;
    if (good) timer = setTimeout(() => void check(), untilNext());
    else onRefused();
  };
  let timer = setTimeout(() => void check(), untilNext());
  return () => {
    ended = true;
    clearTimeout(timer);
  };
}
