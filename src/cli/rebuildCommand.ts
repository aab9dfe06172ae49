import { createInterface } from 'node:readline/promises';
import { Command } from 'commander';
import { rebuildTenant, type RebuildReport } from '../inventory/rebuild';
import { CommandFailure, print, say, withInventory, type CommandLine } from './commandLine';
import { describeDrifts } from './describeDrift';
import { tenantOption } from './options';

interface RebuildCommandOptions {
  tenant: string;
  despiteContradictions?: true;
  yes?: true;
  json?: true;
}

/** `hub rebuild`: restore all that can be from the ledger. */
export function rebuildCommand(line: CommandLine): Command {
  return new Command('rebuild')
    .description('restore items, indexes and order records from the checkpoint and the ledger')
    .addOption(tenantOption())
    .option('--despite-contradictions', 'go on with a ledger that contradicts itself')
    .option('--yes', 'do not ask')
    .option('--json', 'print the report as JSON')
    .action(async ({ tenant, yes, json, ...options }: RebuildCommandOptions) => {
      if (!yes) await confirm(line, tenant);
      const report = await withInventory(line, async (deps, signal) => {
        const done = await rebuildTenant(deps, tenant, { ...options, signal });
        if (signal.aborted) throw new CommandFailure('Stopped. Run it again to go on.');
        return done;
      });
      print(line, json ? JSON.stringify(report, null, 2) : describeReport(report));
    });
}

/** @throws CommandFailure unless somebody at a terminal agrees */
async function confirm(line: CommandLine, tenant: string): Promise<void> {
  if (!process.stdin.isTTY) throw new CommandFailure('Nobody is there to be asked: add --yes.');
  const asking = createInterface({ input: process.stdin, output: line.stderr });
  const answer = await asking.question(
    `What differs from the ledger of tenant ${tenant} will be overwritten. Go on? (yes/no) `,
  );
  asking.close();
  if (answer.trim().toLowerCase() === 'yes') return;
  say(line, 'Nothing was changed.');
  throw new CommandFailure('Not confirmed.');
}

function describeReport(report: RebuildReport): string {
  const { tenantId, entries, items, restoredItems, removedItems, restoredOrders } = report;
  const head = report.restoredHead ? ', the head' : '';
  const { contradictions, contradictionCount: count } = report;
  const times = count === 1 ? 'once' : `${count} times`;
  return [
    `Read ${entries} ledger entries of tenant ${tenantId}: ${items} items.`,
    `Restored: ${restoredItems} items, ${restoredOrders} order records${head}.`,
    `Removed: ${removedItems} that the ledger does not know.`,
    ...(count > 0 ? [`The ledger contradicts itself ${times}:`] : []),
    ...describeDrifts(contradictions, count),
    'Run verify now.',
  ].join('\n');
}
