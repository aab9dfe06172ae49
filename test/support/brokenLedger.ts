import { keys } from '../../src/redis/keys';
import type { Shop } from './shop';

/** The fields of a ledger entry by name. */
export type EntryFields = Map<string, Buffer>;

/** Writes a shop's ledger anew with one entry changed: by its place from 0, or -1 for the last. */
export async function changeEntry(
  { redis, tenantId }: Shop,
  place: number,
  change: (fields: EntryFields) => void,
): Promise<string> {
  const ledger = keys.ledger(tenantId);
  const entries = await redis.xrangeBuffer(ledger, '-', '+');
  const [id, fields] = entries.at(place)!;
  const named: EntryFields = new Map();
  for (let i = 0; i < fields.length; i += 2) named.set(fields[i]!.toString(), fields[i + 1]!);
  change(named);
  entries.splice(entries.indexOf(entries.at(place)!), 1, [id, [...named].flat() as Buffer[]]);
  await redis.del(ledger);
  for (const [each, values] of entries) await redis.xadd(ledger, each, ...values);
  return id.toString();
}

/** Ways of making an entry one that can't be read, by what then is said of it. */
export const UNREADABLE: readonly [fault: string, change: (fields: EntryFields) => void][] = [
  ['its movement is no JSON', (fields) => fields.set('movement', Buffer.from('{"operation'))],
  ['its movement has no operation', (fields) => fields.set('movement', Buffer.from('null'))],
  ['it has no movement', (fields) => fields.delete('movement')],
  ['it has no lines', (fields) => fields.delete('lines')],
  [
    'its lines have 71 bytes',
    (fields) => fields.set('lines', fields.get('lines')!.subarray(0, 71)),
  ],
];
