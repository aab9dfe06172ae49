import type { Drift } from '../inventory/drift';

/** So many drifts are shown to a person; `--json` has more. */
const DRIFTS_SHOWN = 20;

/** Drifts as lines of text: the first 20, and how many more there are. */
export function describeDrifts(drifts: readonly Drift[], count: number): string[] {
  const shown = drifts.slice(0, DRIFTS_SHOWN).map((one) => {
    const about = one.itemId ? `item ${one.itemId}` : 'tenant';
    const order = one.orderId ? `, order ${one.orderId}` : '';
    const entry = one.ledgerId ? `, ledger entry ${one.ledgerId}` : '';
    const key = one.key ? `, key ${one.key}` : '';
    const values = `stored ${String(one.stored)}, expected ${String(one.expected)}`;
    return `  ${about}${order}${entry}${key}: ${one.field}: ${values}`;
  });
  const more = count - shown.length;
  return more > 0 ? [...shown, `  and ${more} more`] : shown;
}
