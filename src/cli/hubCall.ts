import { Writable } from 'node:stream';
import { InvalidArgumentError } from 'commander';
import type { CatalogReference } from '../core/catalog';
import type { InventoryItem } from '../core/item';
import { itemIdOf, itemsById } from '../inventory/items';
import { CommandFailure, withInventory, type CommandLine } from './commandLine';

const ANSWER_TIMEOUT_MS = 30_000;

/** Reads the address of a hub, without a slash at its end. @throws InvalidArgumentError */
export function parseUrl(text: string): string {
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text)) {
    throw new InvalidArgumentError('It must be an http:// or https:// address.');
  }
  return text.replace(/\/+$/, '');
}

/**
 * The address of the hub that these settings are of.
 *
 * @throws CommandFailure when PORT is 0: the hub chose a free port, and nobody can know which one
 */
export function addressOf({ host, port }: { host: string; port: number }): string {
  if (port === 0) throw new CommandFailure('PORT is 0: give the address by --url');
  const anywhere = host === '0.0.0.0' || host === '::';
  const name = anywhere ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host;
  return `http://${name}:${port}`;
}

/** Posts a token as Wix does. @throws CommandFailure when nobody answers */
export async function postToken(
  url: string,
  body: string,
): Promise<{ status: number; text: string }> {
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

/**
 * The items that references mean at a location (null: the default one), as they are now; null where
 * there is none. The development key was taken, so this folder's store is the hub's.
 */
export async function presentItems(
  line: CommandLine,
  { tenant, location }: { tenant: string; location?: string },
  references: readonly CatalogReference[],
): Promise<(InventoryItem | null)[]> {
  const quiet = { ...line, stderr: nowhere() };
  return withInventory(quiet, async (deps) => {
    const ids = references.map((reference) => itemIdOf(deps, tenant, reference, location ?? null));
    return itemsById(deps, tenant, await Promise.all(ids));
  });
}

/** What there is of an item, such as `7 on hand`. */
export function describeStock({
  tracked,
  inStock,
  quantity,
  preorderCounter,
}: InventoryItem): string {
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
