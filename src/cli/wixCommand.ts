import { randomUUID } from 'node:crypto';
import { Command, Option } from 'commander';
import { ensureDevelopmentKeys } from '../auth/developmentKeys';
import { signWixToken } from '../auth/signWixToken';
import { WIX_STORES_APP_ID } from '../core/catalog';
import { NIL_GUID } from '../core/identity';
import { orderReasons, type OrderReason } from '../core/movement';
import { configOf, print, say, type CommandLine } from './commandLine';
import { addressOf, describeStock, parseUrl, postToken, presentItems } from './hubCall';
import { parseGuid, parseUnits, tenantOption } from './options';
import { addItem, type TypedItem } from './typedItem';
import { describeAnswer } from './wixAnswer';
import { wixEventCommand } from './wixEventCommand';

interface WixOptions {
  url?: string;
  tenant: string;
  product?: string;
  variant?: string;
  location?: string;
  quantity: number;
  item: TypedItem[];
  order?: string;
  reason: OrderReason;
  unrestricted?: true;
  app: string;
}

type Method = 'decrement' | 'increment';

/** `hub wix decrement|increment|event`: call the running hub as Wix would. */
export function wixCommand(line: CommandLine): Command {
  return new Command('wix')
    .description('call the running hub as Wix does, signed with the development key')
    .addCommand(methodCommand(line, 'decrement', 'take stock for an order', 'ORDER_PLACED'))
    .addCommand(methodCommand(line, 'increment', "give an order's stock back", 'ORDER_CANCELED'))
    .addCommand(wixEventCommand(line));
}

function methodCommand(
  line: CommandLine,
  method: Method,
  description: string,
  reason: OrderReason,
): Command {
  const command = new Command(method)
    .description(description)
    .option('--url <url>', "the hub's address; default from HOST and PORT", parseUrl)
    .addOption(tenantOption())
    .option('--product <id>', 'product id')
    .option('--variant <guid>', 'variant of the product', parseGuid)
    .option('--quantity <units>', 'units of the product', parseUnits, 1)
    .option('--item <line>', 'product[:variant]=quantity; may be repeated', addItem, [])
    .option('--location <guid>', "location; default the tenant's default location", parseGuid)
    .option('--order <guid>', 'order; default a new one', parseGuid)
    .addOption(new Option('--reason <reason>', 'why').choices(orderReasons).default(reason))
    .option('--app <id>', 'catalog app id', WIX_STORES_APP_ID);
  if (method === 'decrement') {
    command.option('--unrestricted', 'take it even when there is not enough');
  }
  return command.action(async (options: WixOptions) => {
    const items = itemsOf(options);
    if (items.length === 0) command.error('error: --product or --item is needed');
    await callHub(line, method, options, items);
  });
}

function itemsOf({ product, variant, quantity, item }: WixOptions): TypedItem[] {
  if (product === undefined) return item;
  return [{ product, ...(variant !== undefined && { variant }), quantity }, ...item];
}

async function callHub(
  line: CommandLine,
  method: Method,
  options: WixOptions,
  items: readonly TypedItem[],
): Promise<void> {
  const config = configOf(line);
  const url = `${options.url ?? addressOf(config)}/v1/${method}`;
  const orderId = options.order ?? randomUUID();
  const { privateKeyPem } = await ensureDevelopmentKeys(config.dataDir);
  const body = await signWixToken({
    privateKeyPem,
    appId: config.wixAppId,
    data: callContent(method, options, items, orderId),
  });
  say(line, `POST ${url} (order ${orderId})`);
  const { status, text } = await postToken(url, body);
  print(line, `${status} ${text}`);
  print(line, describeAnswer(method, items, orderId, status, text));
  if (status === 200) await printStock(line, options, items);
  else line.exitCode = 1;
}

async function printStock(
  line: CommandLine,
  options: WixOptions,
  items: readonly TypedItem[],
): Promise<void> {
  const references = items.map(({ product, variant }) => ({
    appId: options.app,
    catalogItemId: product,
    options: { variantId: variant ?? NIL_GUID },
  }));
  const present = await presentItems(line, options, references);
  items.forEach(({ product, variant }, i) => {
    const item = present[i];
    if (item) print(line, `Now ${describeStock(item)} of ${product} ${variant ?? ''}`.trim());
  });
}

/** `data` of the token (Wix inventory service plugin: request and metadata). */
function callContent(
  method: Method,
  { tenant, location, reason, unrestricted, app }: WixOptions,
  items: readonly TypedItem[],
  orderId: string,
) {
  return {
    request: {
      items: items.map(({ product, variant, quantity }) => ({
        catalogReference: {
          catalogItemId: product,
          appId: app,
          // Wix Stores always names a variant; the nil GUID for a product without any.
          options: { variantId: variant ?? NIL_GUID },
        },
        ...(location !== undefined && { locationId: location }),
        quantity,
        subscriptionItem: false,
      })),
      orderId,
      reason,
      ...(method === 'decrement' && { restrictInventoryValue: unrestricted !== true }),
    },
    metadata: {
      appExtensionType: 'ECOM_INVENTORY',
      requestId: randomUUID(),
      instanceId: tenant,
      currency: 'USD',
      languages: ['en-US'],
      identity: { identityType: 'APP', appId: 'command-line' },
    },
  };
}
