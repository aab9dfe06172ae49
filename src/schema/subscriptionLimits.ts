/** What bounds subscriptions. */
export interface SubscriptionLimits {
  /** Connections of this process, and of one tenant to it. */
  connections: number;
  connectionsPerTenant: number;
  /** Subscriptions of one connection at a time. */
  subscriptionsPerConnection: number;
  /** Largest message of a client, bytes. */
  messageBytes: number;
  /** How long a client may take to say who it is, ms. */
  initTimeoutMs: number;
  /** How often a client is asked whether it is there, ms. */
  pingIntervalMs: number;
  /** How long a client may take nothing and answer nothing, ms. */
  stallTimeoutMs: number;
  /** While so many bytes wait for a client to take them, it is given no further change. */
  waitingBytes: number;
}

/** The limits that no setting changes, and the defaults of those that one does. */
export const defaultSubscriptionLimits: SubscriptionLimits = {
  connections: 10_000,
  connectionsPerTenant: 2_000,
  subscriptionsPerConnection: 20,
  messageBytes: 65_536,
  initTimeoutMs: 3_000,
  pingIntervalMs: 10_000,
  stallTimeoutMs: 30_000,
  waitingBytes: 65_536,
};

/**
 * Codes that the server closes with, beside those of graphql-transport-ws. Clients of graphql-ws
 * connect again after all of them but `unauthorized` and `badRequest`.
 */
export const closeCodes = {
  goingAway: 1001,
  tryAgainLater: 1013,
  badRequest: 4400,
  unauthorized: 4401,
  tokenExpired: 4403,
  tooSlow: 4430,
  failed: 4500,
} as const;
