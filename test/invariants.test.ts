import { randomInt } from 'node:crypto';
import fc from 'fast-check';
import { ModelRun } from './support/modelRun';
import { story } from './support/modelSteps';
import { testRedis } from './support/redis';

/*
 * The hub against a small model of it: stories of random steps through the use cases and scripts.
 * INVARIANTS_SEED=<seed> repeats a run, INVARIANTS_MOVEMENTS=<count> makes it longer.
 */

const seed = Number(process.env['INVARIANTS_SEED'] ?? randomInt(1_000_000_000));
const wantedMovements = Number(process.env['INVARIANTS_MOVEMENTS'] ?? 3000);
const STORIES_PER_ROUND = 10;
/** Rounds share the way to Redis, not a tenant. */
const ROUNDS_AT_ONCE = 8;
const HOUR_MS = 3_600_000;

const redis = testRedis();

test(
  'every reply and every number is as the model says',
  async () => {
    const words: Record<string, number> = {};
    let movements = 0;
    const property = fc.asyncProperty(story, async (steps) => {
      const run = new ModelRun(redis());
      await run.start();
      for (const step of steps) {
        const replies = await run.take(step);
        if (replies) expect(replies.hub).toEqual(replies.model);
      }
      await run.finish();
      for (const [word, count] of run.words) {
        words[word] = (words[word] ?? 0) + count;
        movements += count;
      }
    });
    let rounds = 0;
    while (movements < wantedMovements) {
      const seeds = Array.from({ length: ROUNDS_AT_ONCE }, () => seed + (rounds += 1) - 1);
      // All of them end before one fails the test: they share its connection.
      const ended = await Promise.allSettled(
        seeds.map((each) => fc.assert(property, { seed: each, numRuns: STORIES_PER_ROUND })),
      );
      for (const round of ended) if (round.status === 'rejected') throw round.reason;
    }
    process.stdout.write(
      `invariants: INVARIANTS_SEED=${seed}, ${rounds * STORIES_PER_ROUND} stories, ` +
        `${movements} movements ${JSON.stringify(words)}\n`,
    );
  },
  HOUR_MS,
);
