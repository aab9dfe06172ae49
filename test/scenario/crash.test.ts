import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { faults } from '../support/killableHub';
import { runFaultStory } from '../support/faultStory';

/*
 * The short form; bench/faults.ts runs as long as wanted.
 */

test('every acknowledged call is there once after kill -9 of hub, Redis and both', async () => {
  const dataDir = mkdtempSync(join(process.env['TEST_DIRECTORY']!, 'crash-'));
  const report = await runFaultStory({ dataDir, faults, callers: 16, callsBetween: 200 });
  const { verify, calls, accepted, refused, retried, ...wrong } = report;
  expect(wrong).toEqual({
    lost: [],
    doubled: [],
    phantoms: [],
    wrongQuantities: [],
    exitCode: 0,
  });
  expect(verify.drift).toEqual([]);
  // One entry for the stock they started with.
  expect(verify.entries).toBe(accepted + 1);
  expect(calls).toBe(accepted + refused);
  expect([accepted, refused, retried].filter((count) => count === 0)).toEqual([]);
}, 120_000);
