import { Agent as HttpAgent, request as httpRequest, type RequestOptions } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { createNameLookup, type NameSources } from './nameLookup';
import { mayConnect, NoTargetError, targetLookup } from './targetAddress';

/** Most bytes of an answer that are read; what it says besides its status matters to nobody. */
const MAX_ANSWER_BYTES = 16_384;

/** How long a connection without a request is kept, ms. */
const IDLE_CONNECTION_MS = 15_000;

/** How an attempt ended: delivered, or a failure in one or two words. */
export type AttemptOutcome = { delivered: true } | { delivered: false; failure: string };

/** Sends webhooks. */
export interface WebhookSender {
  /** Never throws. Only status 200 within the timeout is delivered; redirects are not followed. */
  send(url: string, token: string): Promise<AttemptOutcome>;
  /** Closes its connections. */
  close(): void;
}

/** How webhooks are sent. */
export interface SenderOptions {
  /** From the start of an attempt to its status; milliseconds. */
  timeoutMs: number;
  allowPrivateTargets: boolean;
  /** Only https, also to who was stored with http elsewhere or before. */
  production: boolean;
  /** Default: the system's. */
  names?: NameSources | undefined;
}

/** Opens connections that are kept between webhooks. */
export function createWebhookSender(options: SenderOptions): WebhookSender {
  const { timeoutMs, allowPrivateTargets, production } = options;
  const agentOptions = { keepAlive: true, timeout: IDLE_CONNECTION_MS, maxFreeSockets: 16 };
  const agents = { http: new HttpAgent(agentOptions), https: new HttpsAgent(agentOptions) };
  const names = createNameLookup(timeoutMs, options.names);
  const lookup = targetLookup(names, allowPrivateTargets);
  return {
    send: (address, token) => {
      const url = new URL(address);
      if (!mayConnect(url, allowPrivateTargets)) return Promise.resolve(failed('address refused'));
      const secure = url.protocol === 'https:';
      if (production && !secure) return Promise.resolve(failed('not https'));
      const agent = secure ? agents.https : agents.http;
      const request = secure ? httpsRequest : httpRequest;
      return attempt(request, url, token, timeoutMs, { lookup, agent });
    },
    close: () => {
      agents.http.destroy();
      agents.https.destroy();
      names.close();
    },
  };
}

function failed(failure: string): AttemptOutcome {
  return { delivered: false, failure };
}

/** A kept connection that the receiver has just closed is no failure of the receiver. */
async function attempt(...parts: Parameters<typeof attemptOnce>): Promise<AttemptOutcome> {
  const outcome = await attemptOnce(...parts);
  return outcome === 'stale connection' ? attemptAgain(...parts) : outcome;
}

async function attemptAgain(...parts: Parameters<typeof attemptOnce>): Promise<AttemptOutcome> {
  const [request, url, token, timeoutMs, options] = parts;
  const fresh = { ...options, agent: false };
  const outcome = await attemptOnce(request, url, token, timeoutMs, fresh);
  return outcome === 'stale connection' ? failed('unreachable') : outcome;
}

function attemptOnce(
  request: typeof httpRequest,
  url: URL,
  token: string,
  timeoutMs: number,
  options: RequestOptions,
): Promise<AttemptOutcome | 'stale connection'> {
  return new Promise((resolve) => {
    const sent = request(url, {
      ...options,
      method: 'POST',
      headers: {
        'Content-Type': 'text/plain',
        'Content-Length': Buffer.byteLength(token),
        'User-Agent': 'inventory-hub',
      },
    });
    const timer = setTimeout(() => {
      resolve(failed('timeout'));
      sent.destroy();
    }, timeoutMs);
    sent.on('response', (answer) => {
      const { statusCode = 0 } = answer;
      resolve(statusCode === 200 ? { delivered: true } : failed(`status ${statusCode}`));
      let bytes = 0;
      answer.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > MAX_ANSWER_BYTES) sent.destroy();
      });
      answer.on('error', () => undefined);
      answer.on('end', () => {
        clearTimeout(timer);
      });
    });
    // A 101 whose headers name a protocol; without them it is a response like any other.
    sent.on('upgrade', (answer, socket) => {
      resolve(failed(`status ${answer.statusCode}`));
      socket.destroy();
    });
    sent.on('error', (error) => {
      if (sent.reusedSocket && (error as NodeJS.ErrnoException).code === 'ECONNRESET') {
        resolve('stale connection');
      } else {
        resolve(failed(error instanceof NoTargetError ? error.failure : 'unreachable'));
      }
    });
    // Comes last, however a request ends: no attempt outlives its request.
    sent.on('close', () => {
      clearTimeout(timer);
      resolve(failed('unreachable'));
    });
    sent.end(token);
  });
}
