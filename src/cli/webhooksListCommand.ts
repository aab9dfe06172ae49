import { Command } from 'commander';
import type { Config } from '../config';
import { wixEventTypes } from '../core/inventoryEvent';
import { shownUrl } from '../core/shownUrl';
import type { DeliveryHealth } from '../core/webhook';
import { allReceivers, tenantReceivers, type ReceiverReport } from '../events/receiverReports';
import { CommandFailure, configOf, print, withInventory, type CommandLine } from './commandLine';
import { parseTenant } from './options';

interface ListOptions {
  tenant?: string;
  json?: true;
}

/** `hub webhooks list`: receivers, and how delivery to them goes. */
export function webhooksListCommand(line: CommandLine): Command {
  return new Command('list')
    .description('print the receivers of events and how delivery to them goes')
    .option('--tenant <id>', 'only of this Wix app instance (GUID); default: of all', parseTenant)
    .option('--json', 'print one JSON object per line')
    .action(async ({ tenant, json }: ListOptions) => {
      const config = configOf(line);
      await withInventory(line, async (deps, signal) => {
        const reports = tenant ? [await tenantReceivers(deps, tenant)] : allReceivers(deps);
        let passed = 0;
        for await (const own of reports) {
          if (signal.aborted) throw new CommandFailure('Interrupted.');
          // Of many tenants only those whose events the target has not got.
          const told = tenant || json ? own : own.filter((report) => !isPassedOver(report));
          passed += own.length - told.length;
          for (const report of told) print(line, (json ? jsonOf : describe)(report, config));
        }
        if (passed > 0) print(line, `hub: ${passed} more tenants, of which it has got all.`);
      });
    });
}

/** Whether nothing needs to be told of the process-wide target and a tenant. */
function isPassedOver({ subscription, health }: ReceiverReport): boolean {
  const { lag, waitingRetries, deadLetters, consecutiveFailures } = health;
  return !subscription && lag + waitingRetries + deadLetters + consecutiveFailures === 0;
}

/** Where a receiver is, without what may be secret of it, and what it is sent. */
function placeOf(
  { subscription }: ReceiverReport,
  { webhookTargetUrl: target, webhookTargetEventTypes }: Config,
) {
  if (!subscription) {
    const url = target === undefined ? null : shownUrl(target);
    return { url, enabled: url !== null, eventTypes: webhookTargetEventTypes };
  }
  const { url, enabled, eventTypes } = subscription;
  return { url: shownUrl(url), enabled, eventTypes: eventTypes ?? wixEventTypes };
}

function jsonOf(report: ReceiverReport, config: Config): string {
  const { tenantId, id, health } = report;
  const { lastSuccessMs, lastFailureMs, missedSinceMs, lastFailure, ...numbers } = health;
  return JSON.stringify({
    tenantId,
    id,
    ...placeOf(report, config),
    health: {
      ...numbers,
      lastSuccess: timeOf(lastSuccessMs),
      lastFailure: timeOf(lastFailureMs),
      lastFailureReason: lastFailure,
      missedSince: timeOf(missedSinceMs),
    },
  });
}

function describe(report: ReceiverReport, config: Config): string {
  const { tenantId, id, health } = report;
  const { url, enabled, eventTypes } = placeOf(report, config);
  const { lag, waitingRetries, deadLetters, consecutiveFailures } = health;
  const state = enabled ? 'enabled' : 'disabled';
  return [
    `${tenantId}  ${id}  ${url ?? 'WEBHOOK_TARGET_URL is not set here'}  ${state}`,
    `  event types          ${eventTypes.join(', ')}`,
    `  lag                  ${lag} movements`,
    `  waiting retries      ${waitingRetries}`,
    `  dead letters         ${deadLetters}`,
    `  consecutive failures ${consecutiveFailures}`,
    `  missed movements     ${health.missedMovements}`,
    `  last failure         ${describeFailure(health)}`,
    `  last success         ${timeOf(health.lastSuccessMs) ?? 'none'}`,
  ].join('\n');
}

function describeFailure({ lastFailureMs, lastFailure }: DeliveryHealth): string {
  const time = timeOf(lastFailureMs);
  return time === null ? 'none' : `${time} ${lastFailure ?? ''}`.trim();
}

function timeOf(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}
