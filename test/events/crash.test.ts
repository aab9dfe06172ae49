import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { runWebhookFaultStory, webhookFaults } from '../support/webhookFaultStory';

/*
 * The hub is killed 20 times, four of them with its Redis, and Redis alone twice. With more load in
 * between: bench/webhookFaults.ts.
 */

test('every movement reaches a failing receiver whatever is killed', async () => {
  const dataDir = mkdtempSync(join(process.env['TEST_DIRECTORY']!, 'webhooks-'));
  const report = await runWebhookFaultStory({
    dataDir,
    faults: webhookFaults(20),
    callers: 4,
    callsBetween: 30,
    patienceMs: 90_000,
  });
  expect(report).toMatchObject({ lost: [], wrongCopies: [] });
  expect(report.movements).toBeGreaterThan(600);
}, 240_000);
