import { RateLimiterRedis } from 'rate-limiter-flexible';
import type { ConsumePoints } from '../core/rateLimit';
import type { HubRedis } from './commands';
import { keys } from './keys';
import { PointAccount } from './pointAccount';

const WINDOW_SECONDS = 60;
/** Tokens whose points are kept in mind; the one known longest is forgotten first. */
const TOKENS_KNOWN = 10_000;

/**
 * Makes the function that uses up a token's points. They come back all at once, a minute after the
 * first use; all hub processes on one Redis share them. A call that goes past the limit is refused
 * and uses its points all the same. A token without points left is refused without asking Redis,
 * which is looked at again every second.
 *
 * A process takes points of a busy token in advance: at most a fiftieth of those left, and 1,000.
 * What it does not use within a second goes back. So a token never has more points than the limit;
 * while its last ones lie in another process, it may be refused a second too early.
 *
 * The function throws InventoryError RATE_LIMITED (`details.rateLimit`), REDIS_UNAVAILABLE.
 *
 * @param pointsPerMinute 1 or more
 */
export function createRateLimiter(redis: HubRedis, pointsPerMinute: number): ConsumePoints {
  const limiter = new RateLimiterRedis({
    storeClient: redis,
    // Names of keys come from `keys` alone.
    keyPrefix: '',
    points: pointsPerMinute,
    duration: WINDOW_SECONDS,
  });
  const accounts = new Map<string, PointAccount>();
  return ({ tenantId, tokenId }, points) => {
    const key = keys.limit(tenantId, tokenId);
    let account = accounts.get(key);
    if (!account) {
      account = new PointAccount(limiter, key);
      accounts.set(key, account);
      if (accounts.size > TOKENS_KNOWN) forgetOldest(accounts);
    }
    return account.use(points);
  };
}

function forgetOldest(accounts: Map<string, PointAccount>): void {
  for (const [key, account] of accounts) {
    accounts.delete(key);
    account.giveBack();
    return;
  }
}
