import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { runWebhookFaultStory } from '../support/webhookFaultStory';

/*
 * The short form; bench/webhookFaults.ts kills as often as wanted.
 */

test('every movement reaches a failing receiver although the hub is killed', async () => {
  const dataDir = mkdtempSync(join(process.env['TEST_DIRECTORY']!, 'webhooks-'));
  const report = await runWebhookFaultStory({
    dataDir,
    kills: 3,
    callers: 4,
    callsBetween: 40,
    patienceMs: 90_000,
  });
  expect(report).toMatchObject({ lost: [], wrongCopies: [] });
  expect(report.movements).toBeGreaterThan(100);
}, 170_000);
