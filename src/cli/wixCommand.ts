import { randomUUID } from 'node:crypto';
import { Writable } from 'node:stream';
import { Command, InvalidArgumentError, Option } from 'commander';
import { ensureDevelopmentKeys } from '../auth/developmentKeys';
import { signWixToken } from '../auth/signWixToken';
import { WIX_STORES_APP_ID } from '../core/catalog';
import { NIL_GUID } from '../core/identity';
import type { InventoryItem } from '../core/item';
import { orderReasons, type OrderReason } from '../core/movement';
import { itemIdOf, itemsById } from '../inventory/items';
import {
  CommandFailure,
  configOf,
  print,
  say,
  withInventory,
  type CommandLine,
} from './commandLine';
import { parseGuid, parseUnits, tenantOption } from './options';
import { addItem, type TypedItem } from './typedItem';
import { describeAnswer } from './wixAnswer';

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

const ANSWER_TIMEOUT_MS = 30_000;

/** `hub wix decrement|increment`: call the running hub as Wix would. */
export function wixCommand(line: CommandLine): Command {
  return new Command('wix')
    .description('call the running hub as Wix does, signed with the development key')
    .addCommand(methodCommand(line, 'decrement', 'take stock for an order', 'ORDER_PLACED'))
    .addCommand(methodCommand(line, 'increment', "give an order's stock back", 'ORDER_CANCELED'));
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

function parseUrl(text: string): string {
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text)) {
    throw new InvalidArgumentError('It must be an http:// or https:// address.');
  }
  return text.replace(/\/+$/, '');
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
  const { status, text } = await post(url, body);
  print(line, `${status} ${text}`);
  print(line, describeAnswer(method, items, orderId, status, text));
  if (status === 200) await printStock(line, options, items);
  else line.exitCode = 1;
}

/** What there is now. The development key was taken, so this folder's store is the hub's. */
async function printStock(
  line: CommandLine,
  { tenant, app, location }: WixOptions,
  items: readonly TypedItem[],
): Promise<void> {
  const quiet = { ...line, stderr: nowhere() };
  await withInventory(quiet, async (deps) => {
    for (const { product, variant } of items) {
      const reference = {
        appId: app,
        catalogItemId: product,
        options: { variantId: variant ?? NIL_GUID },
      };
      const id = await itemIdOf(deps, tenant, reference, location ?? null);
      const [item] = await itemsById(deps, tenant, [id]);
      if (item) print(line, `Now ${describeStock(item)} of ${product} ${variant ?? ''}`.trim());
    }
  });
}

function describeStock({ tracked, inStock, quantity, preorderCounter }: InventoryItem): string {
  if (!tracked) return inStock ? 'in stock, uncounted,' : 'out of stock, uncounted,';
  const preordered = preorderCounter > 0 ? ` and ${preorderCounter} preordered` : '';
  return `${quantity} on hand${preordered}`;
}

/** Opening the store has nothing to tell here. */
function nowhere(): Writable {
  return new Writable({
    write: (_chunk, _encoding, done) => {
      done();
    },
  });
}

/** A port of 0 is free for the hub to choose, and nobody can know which one it chose. */
function addressOf({ host, port }: { host: string; port: number }): string {
  if (port === 0) throw new CommandFailure('PORT is 0: give the address by --url');
  const anywhere = host === '0.0.0.0' || host === '::';
  const name = anywhere ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host;
  return `http://${name}:${port}`;
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

async function post(url: string, body: string): Promise<{ status: number; text: string }> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      body,
      signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
    });
    return { status: response.status, text: await response.text() };
  } catch (error) {
    const { name, cause } = error as Error & { cause?: NodeJS.ErrnoException };
    if (name === 'TimeoutError') {
      throw new CommandFailure(`The hub did not answer in ${ANSWER_TIMEOUT_MS / 1000} seconds.`);
    }
    const reason = cause?.code ?? cause?.message ?? name;
    throw new CommandFailure(`No hub answers at ${url} (${reason}). Start it with: npm start`);
  }
}
