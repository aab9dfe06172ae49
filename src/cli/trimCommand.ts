import { Command, InvalidArgumentError } from 'commander';
import { isWholeNumber } from '../core/quantity';
import { deliveryTrimLimit } from '../events/deliveryTrimLimit';
import { forgetTarget } from '../events/forgetTarget';
import { trimTenant, type TrimReport } from '../inventory/trim';
import { CommandFailure, configOf, print, withInventory, type CommandLine } from './commandLine';
import { tenantOption } from './options';

const DAY_MS = 86_400_000;
const MOST_DAYS = 3660;

interface TrimCommandOptions {
  tenant: string;
  olderThan?: number;
  forgetTarget?: true;
}

/** `hub trim`: take old entries out of a ledger. */
export function trimCommand(line: CommandLine): Command {
  return new Command('trim')
    .description('take old entries out of the ledger, into its checkpoint')
    .addOption(tenantOption())
    .option('--older-than <days>', 'default: LEDGER_RETENTION_DAYS', parseDays)
    .option('--forget-target', 'first forget the target of WEBHOOK_TARGET_URL: it is gone for good')
    .action(async ({ tenant, olderThan, forgetTarget: forgets }: TrimCommandOptions) => {
      const { ledgerRetentionDays, webhookTargetUrl } = configOf(line);
      if (forgets) {
        if (webhookTargetUrl !== undefined) {
          throw new CommandFailure('WEBHOOK_TARGET_URL is set: events are still sent to it.');
        }
        await withInventory(line, ({ redis }) => forgetTarget(redis));
        print(line, 'The target of events of all tenants is forgotten.');
      }
      const days = olderThan ?? ledgerRetentionDays;
      if (days === 0) {
        print(line, 'Nothing to do: LEDGER_RETENTION_DAYS is 0, for ever.');
        return;
      }
      const report = await withInventory(line, (deps, signal) =>
        trimTenant(deps, tenant, {
          ageMs: days * DAY_MS,
          limits: [deliveryTrimLimit(deps.redis, { hasTarget: webhookTargetUrl !== undefined })],
          signal,
        }),
      );
      print(line, describeReport(report));
    });
}

/** @throws InvalidArgumentError */
function parseDays(text: string): number {
  const days = /^\d+$/.test(text) ? Number(text) : NaN;
  if (!isWholeNumber(days, 1, MOST_DAYS)) {
    throw new InvalidArgumentError(`It must be a whole number from 1 to ${MOST_DAYS}.`);
  }
  return days;
}

function describeReport({ tenantId, entries, checkpointId }: TrimReport): string {
  const upTo = checkpointId === '' ? 'There is no checkpoint' : `The checkpoint is ${checkpointId}`;
  return `Trimmed ${entries} ledger entries of tenant ${tenantId}. ${upTo}.`;
}
