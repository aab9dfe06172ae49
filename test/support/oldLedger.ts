import { trimTenant, type TrimReport } from '../../src/inventory/trim';
import type { TrimLimit } from '../../src/inventory/trimLimit';
import { keys } from '../../src/redis/keys';
import type { Shop } from './shop';

/** What a shop has but its ledger and checkpoint, byte for byte. */
export async function stateOf(shop: Shop): Promise<Record<string, string>> {
  const history = [keys.ledger(shop.tenantId), keys.checkpoint(shop.tenantId)];
  const dump = Object.entries(await shop.dump());
  return Object.fromEntries(dump.filter(([name]) => !history.includes(name)));
}

/** Trims all of a shop's ledger but the newest entry, whatever its age, as the limits let. */
export async function trimAll(shop: Shop, ...limits: TrimLimit[]): Promise<TrimReport> {
  const deps = { redis: shop.redis, retentionMs: -60_000, ledgerRetentionMs: -60_000 };
  return trimTenant(deps, shop.tenantId, { limits });
}
