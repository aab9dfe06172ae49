import { generateKeyPairSync, randomUUID, sign, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import { benchTenantId, chooseItems, type KeyChoice, type StockedItem } from './stockedTenant';

/** The audience of the benchmark's tokens. */
export const benchAppId = '3f1e4a6c-0000-4000-8000-00000000beac';

/** The key pair the benchmark plays Wix with. */
export interface BenchKeys {
  publicPem: string;
  privateKey: KeyObject;
}

export function makeBenchKeys(): BenchKeys {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return { publicPem: publicKey.export({ type: 'spki', format: 'pem' }).toString(), privateKey };
}

const signAsync = promisify<string, Buffer, KeyObject, Buffer>(sign);
const LIFETIME_SECONDS = 6 * 3600;
const SIGNED_AT_ONCE = 16;

const encoded = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
const header = encoded({ alg: 'RS256', kid: 'bench' });

/**
 * Decrement calls as Wix sends them, each of another order, signed beforehand and ready to be
 * written to a socket: head and body of the HTTP request.
 */
export async function makeSignedCalls(
  keys: BenchKeys,
  items: readonly StockedItem[],
  { lines, choice, count }: { lines: number; choice: KeyChoice; count: number },
): Promise<Buffer[]> {
  const calls: Buffer[] = [];
  while (calls.length < count) {
    const batch = Array.from({ length: Math.min(SIGNED_AT_ONCE, count - calls.length) }, () =>
      signCall(keys, chooseItems(items, lines, choice)),
    );
    calls.push(...(await Promise.all(batch)));
  }
  return calls;
}

async function signCall(keys: BenchKeys, items: readonly StockedItem[]): Promise<Buffer> {
  const now = Math.floor(Date.now() / 1000);
  const claims = encoded({
    data: { request: requestOf(items), metadata: metadata() },
    iss: 'wix.com',
    aud: benchAppId,
    iat: now,
    exp: now + LIFETIME_SECONDS,
  });
  const signed = `${header}.${claims}`;
  const signature = await signAsync('sha256', Buffer.from(signed), keys.privateKey);
  const token = `${signed}.${signature.toString('base64url')}`;
  const head =
    'POST /v1/decrement HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: text/plain\r\n' +
    `Content-Length: ${token.length}\r\n\r\n`;
  return Buffer.from(head + token, 'latin1');
}

function requestOf(items: readonly StockedItem[]) {
  return {
    items: items.map(({ appId, productId, variantId }) => ({
      catalogReference: { appId, catalogItemId: productId, options: { variantId } },
      quantity: 1,
      subscriptionItem: false,
    })),
    orderId: randomUUID(),
    reason: 'ORDER_PLACED',
    restrictInventoryValue: true,
  };
}

function metadata() {
  return {
    appExtensionType: 'ECOM_INVENTORY',
    instanceId: benchTenantId,
    requestId: randomUUID(),
    currency: 'EUR',
    languages: ['en-US'],
    identity: { identityType: 'MEMBER', memberId: randomUUID() },
  };
}
