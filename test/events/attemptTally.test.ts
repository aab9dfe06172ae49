import { AttemptTally } from '../../src/events/attemptTally';

const delivered = { delivered: true } as const;
const failed = { delivered: false, failure: 'status 500' } as const;

test('each failure in a row takes a slot away, and a success gives all back', () => {
  const tally = new AttemptTally(1000, 0);
  const slots = [tally.slots];
  for (let i = 0; i < 8; i += 1) {
    tally.add(1, failed);
    slots.push(tally.slots);
  }
  expect(slots).toEqual([8, 7, 6, 5, 4, 3, 2, 1, 0]);
  tally.add(1, delivered);
  expect(tally.slots).toBe(8);
});

test('a receiver that failed often before is tried with one attempt', () => {
  expect(new AttemptTally(1000, 50).slots).toBe(1);
});

test('what is slow is what takes more than half of the timeout most of the time', () => {
  const tally = new AttemptTally(1000, 0);
  expect(tally.isSlow).toBeUndefined();
  tally.add(501, delivered);
  expect([tally.isSlow, tally.isKnownSlow]).toEqual([true, false]);
  for (let i = 0; i < 6; i += 1) tally.add(501, failed);
  tally.add(501, delivered);
  expect([tally.isSlow, tally.isKnownSlow]).toEqual([true, true]);
  for (let i = 0; i < 8; i += 1) tally.add(500, delivered);
  expect(tally.isSlow).toBe(false);
});

test('one quick failure makes no receiver slow; eight in a row do', () => {
  const tally = new AttemptTally(1000, 0);
  for (let i = 0; i < 7; i += 1) tally.add(1, failed);
  expect([tally.isSlow, tally.failedThroughout]).toEqual([false, true]);
  tally.add(1, failed);
  expect(tally.isSlow).toBe(true);
});

test('what is noted is noted once', () => {
  const tally = new AttemptTally(1000, 0);
  tally.add(1, failed);
  tally.add(1, delivered);
  tally.add(1, failed);
  const { lastSuccessMs, lastFailureMs, ...notes } = tally.takeNotes();
  expect(notes).toEqual({
    delivered: 1,
    failures: 1,
    succeeded: true,
    lastFailure: 'status 500',
  });
  expect([lastSuccessMs, lastFailureMs]).toEqual([expect.any(Number), expect.any(Number)]);
  tally.add(1, failed);
  expect(tally.takeNotes()).toMatchObject({ delivered: 0, failures: 1, succeeded: false });
});
