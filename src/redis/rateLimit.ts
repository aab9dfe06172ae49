import { RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import { InventoryError } from '../core/errors';
import type { ConsumePoints, RateLimit } from '../core/rateLimit';
import { whileStoreAnswers, type HubRedis } from './commands';
import { keys } from './keys';

const WINDOW_SECONDS = 60;

/**
 * Makes the function that uses up a token's points. They come back all at once, a minute after the
 * first use; all hub processes on one Redis share them. A call that goes past the limit is refused
 * and uses its points all the same. A token without points left is refused without asking Redis.
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
    inMemoryBlockOnConsumed: pointsPerMinute,
  });
  const stateOf = ({ remainingPoints, msBeforeNext }: RateLimiterRes): RateLimit => ({
    limit: pointsPerMinute,
    remaining: remainingPoints,
    resetSeconds: Math.ceil(msBeforeNext / 1000),
  });
  return async ({ tenantId, tokenId }, points) => {
    try {
      const use = () => limiter.consume(keys.limit(tenantId, tokenId), points);
      return stateOf(await whileStoreAnswers(use));
    } catch (error) {
      if (!(error instanceof RateLimiterRes)) throw error;
      throw new InventoryError('RATE_LIMITED', undefined, { rateLimit: stateOf(error) });
    }
  };
}
