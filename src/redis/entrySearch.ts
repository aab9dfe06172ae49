import { keys } from './keys';
import { unpackEntryId } from './packing';
import { run, type HubRedis } from './scripts';

/** Searches of one script call, at the most: each looks at up to some forty entries. */
const SEARCHES_PER_CALL = 50;
const SEARCH_BYTES = 18;
const ID_BYTES = 12;

/** A ledger entry known by its sequence, and between which times it lies. */
export interface EntrySearch {
  sequence: number;
  /** Redis time, ms since 1970: it is not older, and not newer. */
  fromMs: number;
  toMs: number;
}

/**
 * The ids of ledger entries, in the order asked for; null where there is none. One script call per
 * 50 of them.
 *
 * @throws InventoryError REDIS_UNAVAILABLE
 */
export async function findEntryIds(
  redis: HubRedis,
  tenantId: string,
  searches: readonly EntrySearch[],
): Promise<(string | null)[]> {
  const ids: (string | null)[] = [];
  for (let at = 0; at < searches.length; at += SEARCHES_PER_CALL) {
    const some = searches.slice(at, at + SEARCHES_PER_CALL);
    const [, packed] = await run(redis, 'findEntries', [keys.ledger(tenantId), pack(some)]);
    ids.push(...some.map((_, i) => unpackEntryId(packed!, i * ID_BYTES)));
  }
  return ids;
}

function pack(searches: readonly EntrySearch[]): Buffer {
  const packed = Buffer.alloc(searches.length * SEARCH_BYTES);
  searches.forEach(({ sequence, fromMs, toMs }, i) => {
    packed.writeUIntLE(sequence, i * SEARCH_BYTES, 6);
    packed.writeUIntLE(fromMs, i * SEARCH_BYTES + 6, 6);
    packed.writeUIntLE(toMs, i * SEARCH_BYTES + 12, 6);
  });
  return packed;
}
