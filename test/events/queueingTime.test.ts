import { queueingTime } from '../../src/events/retryJob';

test('retries that wait for others of their receiver come as soon as it is quick', () => {
  const times = (waitingRetries: number, lastRetryTookMs: number | null) =>
    Array.from({ length: 200 }, () => queueingTime(1250, { waitingRetries, lastRetryTookMs }));
  // 2,000 at 8 at a time and 10 ms each.
  expect(Math.max(...times(2000, 3))).toBeLessThanOrEqual(2500);
  expect(Math.min(...times(2000, 3))).toBeGreaterThanOrEqual(50);
  // Of one that does not answer they wait up to a minute.
  expect(Math.max(...times(2000, 1250))).toBeLessThanOrEqual(60_000);
  expect(Math.max(...times(2000, null))).toBeGreaterThan(30_000);
});
