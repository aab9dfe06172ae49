import type { RateLimit } from './rateLimit';
import { beginningOf } from './text';

/** What kind of failure a code is; `error-reply.ts` turns kinds into HTTP statuses. */
export type ErrorKind =
  | 'invalid'
  | 'unauthenticated'
  | 'forbidden'
  | 'notFound'
  | 'methodNotAllowed'
  | 'conflict'
  | 'tooLarge'
  | 'unsupported'
  | 'refused'
  | 'limited'
  | 'unavailable'
  | 'bug';

/**
 * THE table of errors: code, kind, and the sentence shown when the thrower gives none. Words that
 * Lua scripts answer with stand here under the same name, marked `reply`.
 */
export const errorTable = {
  MALFORMED_TOKEN: { kind: 'invalid', message: 'The body is not a signed token (compact JWS).' },
  TOKEN_REJECTED: { kind: 'unauthenticated', message: 'The token was rejected.' },
  UNAUTHENTICATED: { kind: 'unauthenticated', message: 'A valid API token is needed.' },
  FORBIDDEN: { kind: 'forbidden', message: 'The token does not allow this.' },
  RATE_LIMITED: { kind: 'limited', message: 'Too much was asked for in this minute.' },
  WRONG_COMPONENT: { kind: 'forbidden', message: 'The call is for another extension type.' },
  NOT_FOUND: { kind: 'notFound', message: 'There is nothing at this address.' },
  METHOD_NOT_ALLOWED: { kind: 'methodNotAllowed', message: 'Only POST is served here.' },
  BODY_TOO_LARGE: { kind: 'tooLarge', message: 'The body is over the limit.' },
  UNSUPPORTED_ENCODING: {
    kind: 'unsupported',
    message: 'The body must be UTF-8 and not compressed.',
  },
  INVALID_INPUT: { kind: 'invalid', message: 'The input breaks a limit.' },
  IDEMPOTENCY_KEY_MISMATCH: {
    kind: 'conflict',
    message: 'The idempotency key was used with other input.',
    reply: true,
  },
  SETTINGS_CHANGED: {
    kind: 'conflict',
    message: 'The settings changed meanwhile.',
    reply: true,
  },
  CHECKPOINT_CHANGED: {
    kind: 'conflict',
    message: 'The ledger was trimmed meanwhile. Try again.',
    reply: true,
  },
  LEDGER_INCOMPLETE: {
    kind: 'conflict',
    message: 'A part of the ledger is missing.',
  },
  LEDGER_CONTRADICTS: { kind: 'conflict', message: 'The ledger contradicts itself.' },
  ALREADY_RUNNING: { kind: 'conflict', message: 'It is running already.' },
  IMPORT_CHANGED: {
    kind: 'conflict',
    message: 'Another run of the same import went on meanwhile.',
    reply: true,
  },
  ITEM_CHANGED: { kind: 'conflict', message: 'The item changed meanwhile.', reply: true },
  LOCATION_CHANGED: { kind: 'conflict', message: 'The location changed meanwhile.', reply: true },
  WEBHOOK_CHANGED: {
    kind: 'conflict',
    message: 'The subscription changed meanwhile.',
    reply: true,
  },
  CURSOR_MOVED: {
    kind: 'bug',
    message: 'Another process delivered from there on.',
    reply: true,
  },
  NO_SUCH_SUBSCRIPTION: {
    kind: 'notFound',
    message: 'There is no such subscription.',
    reply: true,
  },
  REVISION_CONFLICT: {
    kind: 'conflict',
    message: 'The revision is not the present one.',
    reply: true,
  },
  ALREADY_EXISTS: { kind: 'conflict', message: 'It exists already.' },
  NO_SUCH_LOCATION: { kind: 'notFound', message: 'There is no such location.' },
  LOCATION_HAS_STOCK: {
    kind: 'conflict',
    message: 'The location has stock: say where it goes.',
  },
  LOCATION_CLOSED: { kind: 'conflict', message: 'The location is closed.' },
  CURSOR_GONE: {
    kind: 'notFound',
    message: 'The ledger no longer holds all that came after the cursor.',
  },
  LIMIT_REACHED: { kind: 'conflict', message: 'There can be no more of them.', reply: true },
  UNKNOWN_ITEM: { kind: 'refused', message: 'An item is unknown.', reply: true },
  ITEM_NOT_TRACKED: {
    kind: 'refused',
    message: 'The item is not tracked: it has no quantity to change.',
    reply: true,
  },
  COMPARE_QUANTITY_STALE: {
    kind: 'conflict',
    message: 'The quantity is not the one it was compared with.',
    reply: true,
  },
  QUANTITY_OUT_OF_RANGE: {
    kind: 'refused',
    message: 'A quantity would leave -1,000,000,000..1,000,000,000.',
    reply: true,
  },
  INSUFFICIENT_AVAILABLE: {
    kind: 'refused',
    message: 'Not enough is available.',
    reply: true,
  },
  REDIS_UNAVAILABLE: {
    kind: 'unavailable',
    message:
      'The store does not answer now: it is not known whether the call was applied. ' +
      'Repeat it with the same idempotency key; calls of Wix and commands need none.',
  },
  AUTH_UNAVAILABLE: {
    kind: 'unavailable',
    message: 'Tokens cannot be verified now. Try again.',
  },
  INTERNAL: { kind: 'bug', message: 'Something went wrong in the hub.' },
} as const satisfies Record<string, { kind: ErrorKind; message: string; reply?: true }>;

export type ErrorCode = keyof typeof errorTable;

/** Words a script may answer with instead of `OK` or `REPLAYED`. */
export type RefusalWord = {
  [Code in ErrorCode]: (typeof errorTable)[Code] extends { reply: true } ? Code : never;
}[ErrorCode];

/** A line that asked for more than there was. */
export interface Shortage {
  /** Inventory item id (GUID). */
  itemId: string;
  /** Units the movement asked of the item, its lines summed. */
  requested: number;
  /** Units it could have had: available stock and what is left for preorder. 0 or more. */
  available: number;
  /** Places of the caller's lines that name the item, from 0. */
  lines?: readonly number[];
}

/** What an error can carry besides its code. */
export interface ErrorDetails {
  /** Path of the offending input, such as `items[3].quantity`. */
  field?: string;
  /** Every short item of a refused movement. */
  shortages?: readonly Shortage[];
  /** The items an UNKNOWN_ITEM, QUANTITY_OUT_OF_RANGE or ITEM_CHANGED is about. */
  itemIds?: readonly string[];
  /** Places of the caller's lines that name those items, from 0. */
  lines?: readonly number[];
  /** With COMPARE_QUANTITY_STALE: the present quantities, by place in `itemIds`. */
  quantities?: readonly number[];
  /** The ledger entry an IDEMPOTENCY_KEY_MISMATCH is about, or the first a LEDGER_… is about. */
  ledgerId?: string;
  /** Of a list: what is wrong with several of its entries, in order, the error itself first. */
  problems?: readonly InventoryError[];
  /** The limit a RATE_LIMITED is about. */
  rateLimit?: RateLimit;
}

/** Every failure that is not a bug: a code of the table, a sentence, and details by code. */
export class InventoryError extends Error {
  override readonly name = 'InventoryError';
  readonly kind: ErrorKind;

  constructor(
    readonly code: ErrorCode,
    message: string = errorTable[code].message,
    readonly details: ErrorDetails = {},
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.kind = errorTable[code].kind;
  }
}

/** An INVALID_INPUT that names field, value and bound. Long values are cut. */
export function invalidInput(field: string, value: unknown, bound: string): InventoryError {
  const shown = (JSON.stringify(value) as string | undefined) ?? 'nothing';
  const cut = shown.length > 80 ? `${beginningOf(shown, 80)}…` : shown;
  return new InventoryError('INVALID_INPUT', `${field} must be ${bound}, got ${cut}`, { field });
}
