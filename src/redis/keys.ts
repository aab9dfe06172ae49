/**
 * THE key names. Every key of a tenant carries the tenant as a Redis Cluster hash tag, so that one
 * script may touch any of them. Types, layout, owners and cost: docs/reference/keys.md.
 */
export const keys = {
  /** hash: item id (16 bytes) -> packed level; `head` -> packed head; `rebuilt` -> see LEVELS. */
  levels: (tenantId: string) => `{${tenantId}}:levels`,
  /** hash: item id (16 bytes) -> JSON document. */
  documents: (tenantId: string) => `{${tenantId}}:documents`,
  /** stream: one entry per movement. */
  ledger: (tenantId: string) => `{${tenantId}}:ledger`,
  /** stream: calls that were refused for want of stock. */
  refusals: (tenantId: string) => `{${tenantId}}:refusals`,
  /** string: the refusal of a call, for as long as the same call is a repeat. Expires. */
  refused: (tenantId: string, digest: string) => `{${tenantId}}:refused:${digest}`,
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
  /** string: revision of the settings since which the low stock index is behind. */
  reindexLowStock: (tenantId: string) => `{${tenantId}}:reindex:low-stock`,
  /** hash: item id (16 bytes) -> packed level and JSON document; `head` -> packed head. */
  checkpoint: (tenantId: string) => `{${tenantId}}:checkpoint`,
  /** string: somebody reads the ledger from its start: it is not trimmed now. Expires. */
  trimHold: (tenantId: string) => `{${tenantId}}:trim-hold`,
  /** hash: location id -> JSON. */
  locations: (tenantId: string) => `{${tenantId}}:locations`,
  /** string: 32 random bytes that sign the cursors of lists. */
  cursorKey: (tenantId: string) => `{${tenantId}}:cursor-key`,
  /** string: JSON of a filter that is too long for the cursors of its query. Expires. */
  queryFilter: (tenantId: string, digest: string) => `{${tenantId}}:query-filter:${digest}`,
  /** string: points a token has used in its present minute. Expires. */
  limit: (tenantId: string, tokenId: string) => `{${tenantId}}:limit:${tokenId}`,
  /** hash: what Wix's own items are here, and how far events about them were taken. */
  wixItems: (tenantId: string) => `{${tenantId}}:wix-items`,
  /** string: JSON of a job over many items, and how far it has come. Expires. */
  itemJob: (tenantId: string, jobId: string) => `{${tenantId}}:item-job:${jobId}`,
  /** string: ids of the items a job is about, 16 bytes each. Expires with the job. */
  itemJobItems: (tenantId: string, jobId: string) => `{${tenantId}}:item-job:${jobId}:items`,
  /** string: rows of a file that an import has stored. Expires. */
  importProgress: (tenantId: string, digest: string) => `{${tenantId}}:import:${digest}`,
  /** hash: subscription id -> JSON of a receiver of events. */
  webhooks: (tenantId: string) => `{${tenantId}}:webhooks`,
  /** hash: subscription id -> private key, PEM. Never leaves the hub. */
  webhookKeys: (tenantId: string) => `{${tenantId}}:webhook-keys`,
  /** hash: how far events were delivered to a receiver, and how it went. */
  webhookState: (tenantId: string, id: string) => `{${tenantId}}:webhook-state:${id}`,
  /** hash: event id -> JSON of an event that waits for another attempt. */
  webhookRetries: (tenantId: string, id: string) => `{${tenantId}}:webhook-retries:${id}`,
  /** hash: event id -> JSON of an event that was given up. */
  deadLetters: (tenantId: string, id: string) => `{${tenantId}}:dead-letters:${id}`,
  /** zset: event id, by the time it was given up, ms. */
  deadLetterTimes: (tenantId: string, id: string) => `{${tenantId}}:dead-letter-times:${id}`,
} as const;

/** Fields of the levels that are no items' (whose names have 16 bytes). */
export const LEVELS = {
  /** Where the tenant's ledger is. */
  head: 'head',
  /** Another text after every rebuild: what was read before it may be wrong. */
  rebuilt: 'rebuilt',
} as const;

/** The hash tag of what belongs to no tenant; also the prefix of every key of the job queues. */
export const HUB_TAG = '{hub}';

/** Keys that belong to no tenant. */
export const hubKeys = {
  /** hash: tenant id -> ledger id before the first write that made the tenant known. */
  tenants: `${HUB_TAG}:tenants`,
  /** set: tenants with webhook subscriptions. */
  webhookTenants: `${HUB_TAG}:webhook-tenants`,
  /** string: present once a process-wide target of events was set up. */
  webhookTarget: `${HUB_TAG}:webhook-target`,
} as const;
