import { randomUUID } from 'node:crypto';
import { Argument, Command, InvalidArgumentError } from 'commander';
import { ensureDevelopmentKeys } from '../auth/developmentKeys';
import { signWixToken } from '../auth/signWixToken';
import { WIX_STORES_APP_ID } from '../core/catalog';
import { deriveKey, guidOfKey, keyOfGuid, NIL_GUID } from '../core/identity';
import { isWholeNumber } from '../core/quantity';
import { configOf, print, say, type CommandLine } from './commandLine';
import { addressOf, describeStock, parseUrl, postToken, presentItems } from './hubCall';
import { parseGuid, tenantOption } from './options';

const SLUGS = ['created', 'updated', 'deleted'] as const;
type Slug = (typeof SLUGS)[number];

interface EventOptions {
  url?: string;
  tenant: string;
  product: string;
  variant?: string;
  location?: string;
  quantity: number;
  name?: string;
  sku?: string;
  id?: string;
  sequence?: string;
}

/** Largest quantity of an item in Wix, either way (Wix Inventory Items V3). */
const QUANTITY_MAX = 99_999;

/** `hub wix event`: send the running hub a webhook about an inventory item, as Wix does. */
export function wixEventCommand(line: CommandLine): Command {
  return new Command('event')
    .description('send a webhook about an inventory item of Wix')
    .addArgument(new Argument('<what>', 'what happened to the item').choices(SLUGS))
    .option('--url <url>', "the hub's address; default from HOST and PORT", parseUrl)
    .addOption(tenantOption())
    .requiredOption('--product <id>', 'product id')
    .option('--variant <guid>', 'variant of the product', parseGuid)
    .option('--location <guid>', "location; default the tenant's default location", parseGuid)
    .option('--quantity <units>', 'units in Wix', parseQuantity, 0)
    .option('--name <text>', 'name of the product')
    .option('--sku <text>', 'stock keeping unit')
    .option('--id <text>', 'id of the event; default a new one')
    .option('--sequence <number>', "the event's place; default the time, in ms", parseSequence)
    .action(async (slug: Slug, options: EventOptions) => {
      await sendEvent(line, slug, options);
    });
}

function parseQuantity(text: string): number {
  const units = /^-?\d+$/.test(text) ? Number(text) : NaN;
  if (!isWholeNumber(units, -QUANTITY_MAX, QUANTITY_MAX)) {
    throw new InvalidArgumentError('It must be a whole number from -99999 to 99999.');
  }
  return units;
}

function parseSequence(text: string): string {
  if (!/^\d{1,19}$/.test(text)) throw new InvalidArgumentError('It must be a whole number.');
  return text;
}

async function sendEvent(line: CommandLine, slug: Slug, options: EventOptions): Promise<void> {
  const config = configOf(line);
  const url = `${options.url ?? addressOf(config)}/webhooks/wix`;
  const { privateKeyPem } = await ensureDevelopmentKeys(config.dataDir);
  const { id = randomUUID() } = options;
  const data = webhookData(slug, id, options);
  const body = await signWixToken({ privateKeyPem, appId: config.wixAppId, data });
  say(line, `POST ${url} (event ${id})`);
  const { status, text } = await postToken(url, body);
  print(line, `${status} ${text}`);
  if (status !== 200) {
    line.exitCode = 1;
    return;
  }
  const { product, variant } = options;
  const reference = {
    appId: WIX_STORES_APP_ID,
    catalogItemId: product,
    options: { variantId: variant ?? NIL_GUID },
  };
  const [item] = await presentItems(line, options, [reference]);
  const name = `${product} ${variant ?? ''}`.trim();
  print(line, item ? `Now ${describeStock(item)} of ${name}` : `Now there is no item of ${name}`);
}

/** `data` of the token (Wix, webhooks: the event is JSON text in JSON text). */
function webhookData(slug: Slug, id: string, options: EventOptions): string {
  const entity = entityOf(options);
  const bodies = {
    created: { createdEvent: { entity } },
    updated: { updatedEvent: { currentEntity: entity } },
    deleted: { deletedEvent: { deletedEntity: entity } },
  };
  const entityFqdn = 'wix.stores.catalog.v3.inventory_item';
  const event = {
    id,
    entityFqdn,
    slug,
    entityId: entity.id,
    ...bodies[slug],
    eventTime: new Date().toISOString(),
    triggeredByAnonymizeRequest: false,
    originatedFrom: '',
    entityEventSequence: options.sequence ?? String(Date.now()),
  };
  return JSON.stringify({
    data: JSON.stringify(event),
    instanceId: options.tenant,
    eventType: `${entityFqdn}_${slug}`,
    identity: JSON.stringify({ identityType: 'APP', appId: 'command-line' }),
  });
}

/** The item as Wix has it. Its id is always the same one for a variant at a location. */
function entityOf({ product, variant, location, quantity, name, sku }: EventOptions) {
  const words = JSON.stringify([product, variant, location]);
  return {
    id: guidOfKey(deriveKey(keyOfGuid(NIL_GUID), `wix item ${words}`)),
    productId: product,
    variantId: variant ?? NIL_GUID,
    ...(location !== undefined && { locationId: location }),
    quantity,
    trackQuantity: true,
    product: {
      ...(name !== undefined && { name }),
      ...(sku !== undefined && { variantSku: sku }),
    },
  };
}
