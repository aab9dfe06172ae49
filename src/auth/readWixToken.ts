import type { IncomingMessage } from 'node:http';
import getRawBody from 'raw-body';
import { InventoryError } from '../core/errors';

/**
 * Reads the body of a call of Wix: the compact JWT itself, whatever the content type says (Wix does
 * not document one). Nothing is read past the limit.
 *
 * @throws InventoryError UNSUPPORTED_ENCODING, BODY_TOO_LARGE, MALFORMED_TOKEN when the body breaks
 *   off
 */
export async function readWixToken(request: IncomingMessage, limitBytes: number): Promise<string> {
  const encoding = request.headers['content-encoding'];
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity') {
    throw new InventoryError('UNSUPPORTED_ENCODING');
  }
  const length = request.headers['content-length'];
  try {
    const body = await getRawBody(request, {
      limit: limitBytes,
      ...(length !== undefined && { length }),
    });
    return body.toString('latin1');
  } catch (error) {
    const { type } = error as { type?: string };
    if (type === 'entity.too.large') {
      const message = `The body must be up to ${limitBytes} bytes.`;
      throw new InventoryError('BODY_TOO_LARGE', message);
    }
    if (type === undefined) throw error;
    throw new InventoryError('MALFORMED_TOKEN', 'The body broke off.');
  }
}
