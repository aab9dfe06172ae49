import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FaultsPlan } from './faults';
import { runWebhookFaultStory, webhookFaults } from '../test/support/webhookFaultStory';

/**
 * A real hub under load, killed (kill -9) again and again, alone and with its Redis, while a
 * receiver of its webhooks fails one call in three. Exit code 1 when a movement never arrived, or
 * the receiver's copy of the stock differs from the hub's.
 *
 * @param plan `faults`: kills of the hub; those of Redis alone come besides
 */
export async function tryWebhookFaults({ faults: kills, callsBetween }: FaultsPlan): Promise<void> {
  const dataDir = mkdtempSync(join(tmpdir(), 'inventory-hub-webhook-faults-'));
  const started = performance.now();
  try {
    const report = await runWebhookFaultStory({
      dataDir,
      faults: webhookFaults(kills),
      callers: 8,
      callsBetween,
      patienceMs: 600_000,
      onKill: (fault, calls, received) => {
        console.log(`after ${calls} calls, ${received} webhooks: kill -9 ${fault}`);
      },
    });
    const seconds = Math.round((performance.now() - started) / 1000);
    const { calls, movements, received, duplicates, overtaken, lost, wrongCopies } = report;
    console.log(
      `${kills} kills, ${calls} calls and ${movements} movements in ${seconds} s: ` +
        `${received} webhooks received, ${duplicates} of them duplicates, ${overtaken} overtaken`,
    );
    console.log(`lost ${lost.length}, wrong copies ${wrongCopies.length}`);
    const wrong = [...lost, ...wrongCopies];
    if (wrong.length > 0) console.log(wrong.slice(0, 20).join('\n'));
    if (wrong.length > 0) process.exitCode = 1;
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
}
