import { Command, Option } from 'commander';
import {
  changeSettings,
  subscriptionItemPolicies,
  tenantSettings,
  unknownItemPolicies,
  type SettingsChange,
  type TenantSettings,
} from '../inventory/settings';
import { print, withInventory, type CommandLine } from './commandLine';
import { parseGuid, tenantOption } from './options';

interface SettingsOptions {
  tenant: string;
  defaultLocation?: string;
  unknownItems?: TenantSettings['unknownItems'];
  subscriptionItems?: TenantSettings['subscriptionItems'];
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
    .action(async ({ tenant, defaultLocation, ...policies }: SettingsOptions) => {
      const change: SettingsChange = {
        ...policies,
        ...(defaultLocation !== undefined && { defaultLocationId: defaultLocation }),
      };
      const changes = Object.keys(change).length > 0;
      const settings = await withInventory(line, (deps) =>
        changes ? changeSettings(deps, tenant, change) : tenantSettings(deps, tenant),
      );
      print(line, `tenant              ${tenant}`);
      print(line, `default location    ${settings.defaultLocationId}`);
      print(line, `unknown items       ${settings.unknownItems}`);
      print(line, `subscription items  ${settings.subscriptionItems}`);
    });
}
