/** Time (ms since 1970) and sequence of a ledger id `<ms>-<sequence>`; zeros of an empty one. */
export function ledgerIdParts(id: string): { timeMs: number; sequence: number } {
  const [timeMs = 0, sequence = 0] = id === '' ? [] : id.split('-').map(Number);
  return { timeMs, sequence };
}

/** Whether a ledger id stands before another one. The empty one stands before all. */
export function isBefore(id: string, other: string): boolean {
  const [one, two] = [ledgerIdParts(id), ledgerIdParts(other)];
  return one.timeMs < two.timeMs || (one.timeMs === two.timeMs && one.sequence < two.sequence);
}
