import { Command } from 'commander';
import { verifyTenant, type VerifyReport } from '../inventory/verify';
import { print, untilAborted, withInventory, type CommandLine } from './commandLine';
import { tenantOption } from './options';

/** So many drifts are shown to a person; `--json` has more. */
const DRIFTS_SHOWN = 20;

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
  const shown = drift.slice(0, DRIFTS_SHOWN).map((one) => {
    const about = one.itemId ? `item ${one.itemId}` : 'tenant';
    const order = one.orderId ? `, order ${one.orderId}` : '';
    const entry = one.ledgerId ? `, ledger entry ${one.ledgerId}` : '';
    const values = `stored ${String(one.stored)}, expected ${String(one.expected)}`;
    return `  ${about}${order}${entry}: ${one.field}: ${values}`;
  });
  const more = driftCount - shown.length;
  return [
    `DRIFT: ${driftCount} ${driftCount === 1 ? 'value differs' : 'values differ'} (${read}):`,
    ...shown,
    ...(more > 0 ? [`  and ${more} more`] : []),
  ].join('\n');
}
