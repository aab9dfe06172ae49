import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { importSPKI, jwtVerify } from 'jose';
import { impliedLocationId, itemKey } from '../src/core/identity';
import { loadScript } from '../src/lua/loadScript';
import { connectRedis } from '../src/redis/connect';
import { scriptArguments, scriptKeys } from './scriptArguments';

/*
 * The floor: the least a server of these calls can be. It reads the body, verifies the token with
 * jose (RS256, issuer, audience), derives the item ids and digests that the script's arguments are
 * made of, calls the same posting script and answers. It checks no shapes and no bounds, knows one
 * tenant with one location and no settings, writes no log and no metrics, sets no timeouts of its
 * own, and answers every failure with 500.
 */

interface Claims {
  data: {
    request: {
      orderId: string;
      reason: string;
      items: {
        catalogReference: { appId: string; catalogItemId: string; options: { variantId: string } };
        quantity: number;
      }[];
    };
    metadata: { instanceId: string; requestId: string; identity: { memberId: string } };
  };
}

const digest = (text: string) => createHash('sha256').update(text).digest().subarray(0, 12);

function packItems(tenantId: string, items: Claims['data']['request']['items']): Buffer {
  const locationId = impliedLocationId(tenantId);
  const packed = Buffer.alloc(items.length * 25);
  let at = 0;
  for (const { catalogReference, quantity } of items) {
    const { appId, catalogItemId: productId, options } = catalogReference;
    const { variantId } = options;
    itemKey(tenantId, { appId, productId, variantId, locationId }).copy(packed, at);
    packed.writeInt32LE(-quantity, at + 16);
    packed[at + 24] = 1;
    at += 25;
  }
  return packed;
}

async function main(): Promise<void> {
  const env = process.env as Record<'REDIS_URL' | 'PUBLIC_KEY' | 'APP_ID', string>;
  const redis = await connectRedis({ url: env.REDIS_URL }, { commandTimeoutMs: 2000 });
  redis.defineCommand('post', { numberOfKeys: scriptKeys, lua: loadScript('postMovement') });
  const post = redis as unknown as {
    postBuffer(...args: (string | number | Buffer)[]): Promise<Buffer[]>;
  };
  const key = await importSPKI(env.PUBLIC_KEY, 'RS256');
  const checks = { algorithms: ['RS256'], issuer: 'wix.com', audience: env.APP_ID };

  const serve = async (body: string): Promise<boolean> => {
    const { payload } = await jwtVerify<Claims>(body, key, checks);
    const { request, metadata } = payload.data;
    const { orderId, reason, items } = request;
    const { instanceId: tenantId, requestId } = metadata;
    const actor = `member:${metadata.identity.memberId}`;
    const content = JSON.stringify(items);
    const [word] = await post.postBuffer(
      ...scriptArguments({
        tenantId,
        orderId,
        direction: '-',
        lines: packItems(tenantId, items),
        cause: JSON.stringify({ operation: 'DECREMENT', reason, orderId, actor, requestId }),
        digests: {
          call: digest(`DECREMENT\n${requestId}\n${orderId}\n${reason}\n${content}`),
          content: digest(`DECREMENT\n${reason}\n${content}`),
        },
      }),
    );
    return word!.toString() === 'OK';
  };

  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks);
      serve(body.toString('latin1'))
        .catch(() => false)
        .then((done) => {
          const text = '{}';
          const head = { 'Content-Type': 'application/json', 'Content-Length': text.length };
          response.writeHead(done ? 200 : 500, head);
          response.end(text);
        })
        .catch(console.error);
    });
  });
  server.listen(0, '127.0.0.1', () => {
    const { port } = server.address() as AddressInfo;
    console.log(JSON.stringify({ url: `http://127.0.0.1:${port}` }));
  });
}

void main();
