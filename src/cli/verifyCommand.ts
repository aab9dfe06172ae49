import { Command } from 'commander';
import { verifyTenant, type VerifyReport } from '../inventory/verify';
import { print, untilAborted, withInventory, type CommandLine } from './commandLine';
import { describeDrifts } from './describeDrift';
import { tenantOption } from './options';

/** `hub verify`: rebuild all from the ledger and compare. */
export function verifyCommand(line: CommandLine): Command {
  return new Command('verify')
    .description('rebuild all quantities from the ledger and compare them with what is stored')
    .addOption(tenantOption())
    .option('--json', 'print the report as JSON')
    .action(async ({ tenant, json }: { tenant: string; json?: true }) => {
      const report = await withInventory(line, (deps, signal) =>
        untilAborted(signal, verifyTenant(deps, tenant)),
      );
      print(line, json ? JSON.stringify(report, null, 2) : describeReport(report));
      if (report.driftCount > 0) line.exitCode = 1;
    });
}

function describeReport({ tenantId, entries, items, driftCount, drift }: VerifyReport): string {
  const read = `${entries} ledger entries, ${items} items of tenant ${tenantId}`;
  if (driftCount === 0) return `Clean: ${read}.`;
  return [
    `DRIFT: ${driftCount} ${driftCount === 1 ? 'value differs' : 'values differ'} (${read}):`,
    ...describeDrifts(drift, driftCount),
  ].join('\n');
}
