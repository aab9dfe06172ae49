import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runFaultStory } from '../test/support/faultStory';
import { faults } from '../test/support/killableHub';

/** How hard a hub is tried. */
export interface FaultsPlan {
  /** Kills of the hub, of its Redis, or of both. */
  faults: number;
  /** Calls that are answered between two of them. */
  callsBetween: number;
}

/**
 * A real hub under load through HTTP, killed again and again (kill -9 of the hub, of its Redis, of
 * both), with every answer compared with the ledger in the end. Exit code 1 when anything is wrong.
 */
export async function tryFaults({ faults: count, callsBetween }: FaultsPlan): Promise<void> {
  const dataDir = mkdtempSync(join(tmpdir(), 'inventory-hub-faults-'));
  const started = performance.now();
  try {
    const report = await runFaultStory({
      dataDir,
      faults: Array.from({ length: count }, (_, i) => faults[i % faults.length]!),
      callers: 32,
      callsBetween,
      onFault: (fault, calls) => {
        console.log(`after ${calls} calls: kill -9 ${fault}`);
      },
    });
    const { verify, calls, accepted, refused, retried, ...wrong } = report;
    const seconds = Math.round((performance.now() - started) / 1000);
    console.log(
      `${count} faults, ${calls} calls in ${seconds} s: ${accepted} accepted, ` +
        `${refused} refused, ${retried} sent again`,
    );
    const { lost, doubled, phantoms, wrongQuantities, exitCode } = wrong;
    console.log(
      `lost ${lost.length}, doubled ${doubled.length}, phantoms ${phantoms.length}, ` +
        `wrong quantities ${wrongQuantities.length}, drift ${verify.driftCount}`,
    );
    const isClean = verify.driftCount === 0 && verify.entries === accepted + 1 && exitCode === 0;
    const noted = [lost, doubled, phantoms, wrongQuantities].flat();
    if (noted.length > 0) console.log(noted.slice(0, 20).join('\n'));
    if (noted.length > 0 || !isClean) process.exitCode = 1;
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
}
