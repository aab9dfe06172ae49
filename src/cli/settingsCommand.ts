import { Command, Option } from 'commander';
import { changeSettings, type SettingsChange } from '../inventory/changeSettings';
import {
  incomingQuantityPolicies,
  subscriptionItemPolicies,
  tenantSettings,
  unknownItemPolicies,
  type TenantSettings,
} from '../inventory/settings';
import { print, withInventory, type CommandLine } from './commandLine';
import { parseGuid, parseThreshold, tenantOption } from './options';

interface SettingsOptions {
  tenant: string;
  defaultLocation?: string;
  unknownItems?: TenantSettings['unknownItems'];
  subscriptionItems?: TenantSettings['subscriptionItems'];
  incomingQuantities?: TenantSettings['incomingQuantities'];
  lowStockThreshold?: number | 'none';
}

/** `hub settings`: show a tenant's settings, or change them first. */
export function settingsCommand(line: CommandLine): Command {
  return new Command('settings')
    .description("show a tenant's settings, after changing those that are given")
    .addOption(tenantOption())
    .option('--default-location <guid>', 'location that lines without one mean', parseGuid)
    .addOption(
      new Option('--unknown-items <policy>', 'what to do with items nobody created').choices(
        unknownItemPolicies,
      ),
    )
    .addOption(
      new Option('--subscription-items <policy>', 'whether subscription lines move stock').choices(
        subscriptionItemPolicies,
      ),
    )
    .addOption(
      new Option(
        '--incoming-quantities <policy>',
        "whose quantity stands after Wix's webhooks",
      ).choices(incomingQuantityPolicies),
    )
    .option(
      '--low-stock-threshold <units>',
      'of items without one of their own, or none',
      parseThreshold,
    )
    .action(
      async ({ tenant, defaultLocation, lowStockThreshold, ...policies }: SettingsOptions) => {
        const change: SettingsChange = {
          ...policies,
          ...(defaultLocation !== undefined && { defaultLocationId: defaultLocation }),
          ...(lowStockThreshold !== undefined && {
            lowStockThreshold: lowStockThreshold === 'none' ? null : lowStockThreshold,
          }),
        };
        const changes = Object.keys(change).length > 0;
        const settings = await withInventory(line, (deps) =>
          changes ? changeSettings(deps, tenant, change) : tenantSettings(deps, tenant),
        );
        print(line, `tenant              ${tenant}`);
        print(line, `default location    ${settings.defaultLocationId}`);
        print(line, `unknown items       ${settings.unknownItems}`);
        print(line, `subscription items  ${settings.subscriptionItems}`);
        print(line, `incoming quantities ${settings.incomingQuantities}`);
        print(line, `low stock threshold ${settings.lowStockThreshold ?? 'none'}`);
      },
    );
}
