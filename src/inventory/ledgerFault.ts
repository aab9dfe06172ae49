import { InventoryError } from '../core/errors';
import type { Drift, DriftList } from './drift';
import type { LedgerFold } from './ledgerFold';

/** So many places are named in a message; reports have more. */
const PLACES_NAMED = 3;

/**
 * What is wrong with a ledger as far as it was read; undefined: nothing is.
 *
 * @returns LEDGER_INCOMPLETE when entries are missing, else LEDGER_CONTRADICTS
 */
export function ledgerFault({
  gap,
  drift,
}: Pick<LedgerFold, 'gap' | 'drift'>): InventoryError | undefined {
  if (gap !== '') {
    const message = `A part of the ledger is missing right before its entry ${gap}.`;
    return new InventoryError('LEDGER_INCOMPLETE', message, { ledgerId: gap });
  }
  return drift.count === 0 ? undefined : contradiction(drift);
}

/** A LEDGER_CONTRADICTS that says how often, and where first. */
function contradiction({ count, named }: DriftList): InventoryError {
  const places = [...new Set(named.map(placeOf))];
  const first = places.slice(0, PLACES_NAMED).join(', ');
  const times = count === 1 ? 'once' : `${count} times`;
  const message = `The ledger contradicts itself ${times}, first in ${first}.`;
  const ledgerId = named.find((drift) => drift.ledgerId !== undefined)?.ledgerId;
  return new InventoryError('LEDGER_CONTRADICTS', message, ledgerId ? { ledgerId } : {});
}

function placeOf({ ledgerId, key, itemId }: Drift): string {
  if (ledgerId !== undefined) return `entry ${ledgerId}`;
  return `key ${key!}${itemId ? `, item ${itemId}` : ''}`;
}

/** A LEDGER_CONTRADICTS about the first key that nothing can be read from. */
export function keyFault({ named }: DriftList): InventoryError {
  const { key, field, stored, expected } = named[0]!;
  const message = `The key ${key!} has the ${field} ${String(stored)}, not ${String(expected)}.`;
  return new InventoryError('LEDGER_CONTRADICTS', message);
}
