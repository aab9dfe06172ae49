import { keys } from '../../src/redis/keys';
import { LedgerTail } from '../../src/redis/ledgerTail';
import { testRedis } from '../support/redis';
import { openShop } from '../support/shop';

const redis = testRedis();

test("an entry that can't be read holds up neither its tenant nor another", async () => {
  const [one, other] = [openShop(redis()), openShop(redis())];
  const faults: unknown[] = [];
  const tail = new LedgerTail(one.redis, (error) => faults.push(error));
  const seen: string[] = [];
  let tell: () => void;
  const both = new Promise<void>((resolve) => (tell = resolve));
  const stops = [one, other].map(({ tenantId }, i) =>
    tail.follow(tenantId, '0-0', (entries) => {
      for (const { sequence } of entries) seen.push(`${i} ${sequence}`);
      if (seen.includes('0 2') && seen.includes('1 1')) tell();
    }),
  );
  await redis().xadd(keys.ledger(one.tenantId), '1-1', 'movement', '{"', 'lines', '');
  await redis().xadd(
    keys.ledger(one.tenantId),
    '2-2',
    'movement',
    '{"operation":"SET"}',
    'lines',
    '',
  );
  await other.addItem({ quantity: 1 });
  await both;
  for (const stop of stops) stop();
  expect(seen.sort()).toEqual(['0 2', '1 1']);
  expect(faults).toMatchObject([{ code: 'LEDGER_CONTRADICTS', details: { ledgerId: '1-1' } }]);
});
