/** Where a caller stands in the present minute. */
export interface RateLimit {
  /** Points of a whole minute; 1 or more. */
  readonly limit: number;
  /** Points left; 0..limit. */
  readonly remaining: number;
  /** Until all points are there again; 0..60 seconds, rounded up. */
  readonly resetSeconds: number;
}

/** Whose points are used. A principal is one. */
export interface RateLimitedCaller {
  readonly tenantId: string;
  readonly tokenId: string;
}

/**
 * Uses points, 1 or more, whole. Rejects with InventoryError RATE_LIMITED (`details.rateLimit`)
 * past the limit, REDIS_UNAVAILABLE.
 */
export type ConsumePoints = (caller: RateLimitedCaller, points: number) => Promise<RateLimit>;
