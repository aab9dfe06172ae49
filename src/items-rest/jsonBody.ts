import express, {
  type NextFunction,
  type Request,
  type RequestHandler,
  type Response,
} from 'express';
import { InventoryError } from '../core/errors';
import { asInventoryError } from '../error-reply';

const NO_OBJECT = 'The body must be a JSON object.';
const CHARSET = /;\s*charset\s*=\s*"?([^";\s]+)/i;

/**
 * Makes a handler that reads the body of a request as JSON, whatever its type says: `body` is then
 * an object or a list, or undefined when there is none. It may come as gzip, deflate or br.
 *
 * Errors: INVALID_INPUT, BODY_TOO_LARGE, UNSUPPORTED_ENCODING.
 *
 * @param maxBytes of the body once it is unpacked
 */
export function readJson(maxBytes: number) {
  const readBytes: RequestHandler = express.raw({ limit: maxBytes, type: () => true });
  return (request: Request, response: Response, next: NextFunction): void => {
    void readBytes(request, response, (failure?: unknown) => {
      if (failure !== undefined) {
        next(unreadable(failure));
        return;
      }
      try {
        request.body = parse(request.body, request.headers['content-type'] ?? '');
        next();
      } catch (error) {
        next(error);
      }
    });
  };
}

function unreadable(failure: unknown): InventoryError {
  const { code } = asInventoryError(failure);
  if (code === 'UNSUPPORTED_ENCODING') {
    return new InventoryError(code, 'The body may be compressed as gzip, deflate or br.');
  }
  if (code !== 'INVALID_INPUT') return asInventoryError(failure);
  return new InventoryError(code, 'The body is not what Content-Encoding or Content-Length say.');
}

function parse(body: unknown, type: string): object | undefined {
  if (!Buffer.isBuffer(body) || body.length === 0) return undefined;
  const charset = CHARSET.exec(type)?.[1]?.toLowerCase() ?? 'utf-8';
  if (charset !== 'utf-8' && charset !== 'utf8') {
    throw new InventoryError('UNSUPPORTED_ENCODING', 'The body must be in UTF-8.');
  }
  const value = parseJson(decode(body));
  if (typeof value === 'object' && value !== null) return value;
  throw new InventoryError('INVALID_INPUT', NO_OBJECT);
}

/** Bytes that are no UTF-8 must not turn into another text: two ids would become one. */
function decode(body: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch {
    throw new InventoryError('INVALID_INPUT', 'The body must be in UTF-8.');
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new InventoryError('INVALID_INPUT', NO_OBJECT);
  }
}
