/**
 * THE key names. Every key of a tenant carries the tenant as a Redis Cluster hash tag, so that one
 * script may touch any of them. Types, layout, owners and cost: docs/reference/keys.md.
 */
export const keys = {
  /** hash: item id (16 bytes) -> packed level; `head` -> packed head. */
  levels: (tenantId: string) => `{${tenantId}}:levels`,
  /** hash: item id (16 bytes) -> JSON document. */
  documents: (tenantId: string) => `{${tenantId}}:documents`,
  /** stream: one entry per movement. */
  ledger: (tenantId: string) => `{${tenantId}}:ledger`,
  /** string: packed order record. */
  order: (tenantId: string, orderId: string) => `{${tenantId}}:order:${orderId}`,
  /** string: what became of a call made with an idempotency key. Expires. */
  call: (tenantId: string, digest: string) => `{${tenantId}}:call:${digest}`,
  /** zset, score 0: status letter and item id (16 bytes). */
  statusIndex: (tenantId: string) => `{${tenantId}}:index:status`,
  /** zset, score 0: item id (16 bytes) of items low on stock. */
  lowStockIndex: (tenantId: string) => `{${tenantId}}:index:low-stock`,
  /** string: JSON of the tenant's settings. */
  settings: (tenantId: string) => `{${tenantId}}:settings`,
  /** hash: location id -> JSON. */
  locations: (tenantId: string) => `{${tenantId}}:locations`,
  /** string: 32 random bytes that sign the cursors of lists. */
  cursorKey: (tenantId: string) => `{${tenantId}}:cursor-key`,
  /** string: points a token has used in its present minute. Expires. */
  limit: (tenantId: string, tokenId: string) => `{${tenantId}}:limit:${tokenId}`,
  /** string: rows of a file that an import has stored. Expires. */
  importProgress: (tenantId: string, digest: string) => `{${tenantId}}:import:${digest}`,
} as const;
