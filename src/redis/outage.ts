import { isNativeError } from 'node:util/types';

/**
 * First words of error replies that say "not now": the server is away, loading, full or moving, or
 * has lost a part of what a tenant has (`include/readHead.lua`).
 */
const OUTAGE_REPLY_WORDS = new Set([
  'LOADING',
  'READONLY',
  'MISCONF',
  'OOM',
  'CLUSTERDOWN',
  'MASTERDOWN',
  'TRYAGAIN',
  'BUSY',
  'NOREPLICAS',
  'UNKILLABLE',
  'UNBLOCKED',
  'STORELOST',
]);

/** Operating system codes of a link that could not be made or that broke. */
const OUTAGE_SYSTEM_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'ENOTCONN',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENETDOWN',
  'EHOSTDOWN',
  'ENOTFOUND',
  'EAI_AGAIN',
]);

/** How ioredis 6 words its own failures; it gives them no code. */
const OUTAGE_MESSAGES = [
  'Connection is closed.',
  'Command timed out',
  "Stream isn't writeable",
  'Command aborted due to connection close',
  'Socket timeout.',
  'connect ETIMEDOUT',
];

/**
 * Says whether a failed Redis command failed because Redis is away or can't serve now, so that the
 * caller should answer "try again later". False for everything else: that is a bug.
 * The outcome of the command is unknown: it may have been applied.
 */
export function isOutage(error: unknown): boolean {
  if (!isNativeError(error)) {
    return false;
  }
  return isOutageItself(error) || isOutage(error.cause);
}

function isOutageItself(error: Error): boolean {
  if (error.name === 'MaxRetriesPerRequestError') {
    return true;
  }
  if (error.name === 'ReplyError') {
    // A transaction that was given up says only so: why is said by the commands in it.
    const { previousErrors = [] } = error as { previousErrors?: readonly unknown[] };
    if (previousErrors.some(isOutage)) return true;
    return OUTAGE_REPLY_WORDS.has(error.message.split(' ', 1)[0] ?? '');
  }
  const { code, syscall } = error as NodeJS.ErrnoException;
  if (code !== undefined) {
    // A missing socket file is an outage; a missing file of our own is a bug.
    return OUTAGE_SYSTEM_CODES.has(code) || (code === 'ENOENT' && syscall === 'connect');
  }
  return OUTAGE_MESSAGES.some((message) => error.message.startsWith(message));
}
