import { connectRedis } from '../../src/redis/connect';
import { openShop } from './shop';
import { trimAll } from './oldLedger';

/** Trims a tenant's ledger, for tests that kill it in the middle. */
async function main(socketPath: string, tenantId: string): Promise<void> {
  const redis = await connectRedis({ socketPath }, { commandTimeoutMs: 10_000 });
  await trimAll(openShop(redis, tenantId));
  redis.disconnect();
}

void main(process.argv[2]!, process.argv[3]!);
