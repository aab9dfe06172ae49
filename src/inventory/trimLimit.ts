/**
 * Says how far a tenant's ledger may be trimmed for one who reads it: the last entry that reader
 * has passed. Empty: it has passed none, so nothing may go. Null: it needs none.
 */
export type TrimLimit = (tenantId: string) => Promise<string | null>;
