/** A call made with an idempotency key: digests without spaces of the key and of the input. */
export interface KeyedCall {
  keyDigest: string;
  inputDigest: string;
  /** How long its outcome is kept, ms. */
  retentionMs: number;
}
