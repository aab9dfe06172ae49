import { tmpdir } from 'node:os';
import { ConfigError, loadConfig } from '../src/config';

const load = (env: Record<string, string>) => loadConfig(env, tmpdir());

test('a retention in days is for ever, or not shorter than that of repeats', () => {
  const seconds = String(7 * 86_400 + 1);
  const wrong = { LEDGER_RETENTION_DAYS: '7', ORDER_RETENTION_DAYS: '3' };
  const repeats = { IDEMPOTENCY_RETENTION_SECONDS: seconds, REFUSAL_RETENTION_DAYS: '0' };
  const loading = () => load({ ...repeats, ...wrong });
  expect(loading).toThrow(ConfigError);
  expect(loading).toThrow(
    'Wrong settings:\n' +
      '  LEDGER_RETENTION_DAYS is "7": ' +
      'must be 0, or at least 8 beside IDEMPOTENCY_RETENTION_SECONDS\n' +
      '  ORDER_RETENTION_DAYS is "3": ' +
      'must be 0, or at least 8 beside IDEMPOTENCY_RETENTION_SECONDS',
  );
  const right = { LEDGER_RETENTION_DAYS: '8', ORDER_RETENTION_DAYS: '0' };
  expect(load({ IDEMPOTENCY_RETENTION_SECONDS: seconds, ...right })).toMatchObject({
    ledgerRetentionDays: 8,
    orderRetentionDays: 0,
  });
});

test('an order is kept as long as its refusals, which it says the end of', () => {
  // 90 days by default.
  expect(() => load({ ORDER_RETENTION_DAYS: '89' })).toThrow(
    'Wrong settings:\n' +
      '  ORDER_RETENTION_DAYS is "89": must be 0, or at least 90 beside REFUSAL_RETENTION_DAYS',
  );
  for (const [order, refusal] of [
    ['90', '90'],
    ['30', '0'],
    ['30', '30'],
    ['0', '400'],
  ] as const) {
    const env = { ORDER_RETENTION_DAYS: order, REFUSAL_RETENTION_DAYS: refusal };
    expect(load(env)).toMatchObject({ orderRetentionDays: Number(order) });
  }
});

test('refusals may go at any time', () => {
  expect(load({ REFUSAL_RETENTION_DAYS: '1' })).toMatchObject({ refusalRetentionDays: 1 });
});

test.each(['-1', '1.5', '3661', 'x'])('%s days are refused', (days) => {
  expect(() => load({ ORDER_RETENTION_DAYS: days })).toThrow('an integer from 0 to 3660');
});
