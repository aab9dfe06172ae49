import { setImmediate as nextRound } from 'node:timers/promises';
import { ITEMS_PER_LOOK, Turn } from '../../src/inventory/turn';

/** Keeps the process busy, as long as a turn may take and longer. */
function beBusy(): void {
  const until = performance.now() + 6;
  while (performance.now() < until);
}

test('many long works share one turn in each round of the event loop', async () => {
  const [workers, turns] = [10, 3];
  let [round, working] = [0, workers];
  const ran: { round: number; worker: number }[] = [];
  const work = async (worker: number) => {
    // Each step is worth a look at the clock.
    const turn = new Turn(ITEMS_PER_LOOK);
    if (turn.isUsedUp()) await turn.pass();
    for (let i = 0; i < turns; i += 1) {
      ran.push({ round, worker });
      beBusy();
      expect(turn.isOver()).toBe(true);
      await turn.pass();
    }
    working -= 1;
  };
  const count = async () => {
    while (working > 0) {
      await nextRound();
      round += 1;
    }
  };
  const counting = count();
  await Promise.all(Array.from({ length: workers }, (_, worker) => work(worker)));
  await counting;
  // None twice in a round. The first one begins at once and then waits ahead of the others.
  expect(new Set(ran.map((each) => each.round)).size).toBe(workers * turns);
  const inOrder = Array.from({ length: workers }, (_, worker) => worker);
  expect(ran.map(({ worker }) => worker)).toEqual([0, ...inOrder, ...inOrder, ...inOrder.slice(1)]);
});

test('short work goes on in the round it begins in', async () => {
  await nextRound();
  let rounds = 0;
  const counting = nextRound().then(() => (rounds += 1));
  for (let i = 0; i < 10; i += 1) {
    const turn = new Turn();
    if (turn.isUsedUp()) await turn.pass();
  }
  expect(rounds).toBe(0);
  await counting;
});

test('what a thing counts for brings the look at the clock nearer', async () => {
  await nextRound();
  const turn = new Turn(ITEMS_PER_LOOK / 2);
  beBusy();
  // The turn begins with the first look.
  expect([turn.isOver(), turn.isOver()]).toEqual([false, false]);
  beBusy();
  expect([turn.isOver(), turn.isOver()]).toEqual([false, true]);
  expect(turn.steps).toBe(2 * ITEMS_PER_LOOK);
});
