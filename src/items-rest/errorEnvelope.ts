import { InventoryError, type ErrorCode } from '../core/errors';
import {
  asInventoryError,
  httpStatuses,
  rateLimitHeaders,
  retryAfterSeconds,
} from '../error-reply';
import { InvalidFields, type FieldViolation } from './fieldViolation';
import { WixRefusal, type WixCode } from './wixRefusal';

/** An application error as Wix shows it, in an envelope or beside an item of a bulk result. */
export interface ApplicationError {
  code: string;
  description: string;
  data: Readonly<Record<string, unknown>>;
}

/** What an error is answered with. */
export interface ErrorAnswer {
  status: number;
  headers: Readonly<Record<string, string>>;
  body: {
    message: string;
    details:
      | { applicationError: ApplicationError }
      | { validationError: { fieldViolations: readonly FieldViolation[] } };
  };
}

/** Where the hub's word is not Wix's. */
const WIX_WORDS: Partial<Readonly<Record<ErrorCode, WixCode>>> = {
  ALREADY_EXISTS: 'ITEM_ALREADY_EXISTS',
  UNKNOWN_ITEM: 'NOT_FOUND',
  ITEM_NOT_TRACKED: 'INVENTORY_QUANTITY_NOT_TRACKED',
  INSUFFICIENT_AVAILABLE: 'INSUFFICIENT_INVENTORY',
};

/** Any thrown value as an error that can be answered: what is not one of ours is a bug. */
export function asRestError(thrown: unknown): WixRefusal | InventoryError {
  if (thrown instanceof WixRefusal) return thrown;
  if (!(thrown instanceof URIError)) return asInventoryError(thrown);
  return new InventoryError('INVALID_INPUT', 'The address is not well encoded.');
}

/**
 * An error in Wix's envelope (Wix, "About errors"). The code is always a text: for an answer
 * without one the Wix SDK would make up the status as a number.
 */
export function errorAnswer(error: WixRefusal | InventoryError): ErrorAnswer {
  return {
    status: httpStatuses[error.kind],
    headers: error instanceof WixRefusal ? {} : headersOf(error),
    body: { message: error.message, details: detailsOf(error) },
  };
}

/** An error as an entry of a bulk result has it. */
export function applicationErrorOf(error: WixRefusal | InventoryError): ApplicationError {
  if (error instanceof WixRefusal) {
    return { code: error.code, description: error.message, data: error.data };
  }
  const { code, message, details } = error;
  const [short] = details.shortages ?? [];
  const data = {
    ...(error instanceof InvalidFields && ruleOf(error)),
    ...(details.field && { field: details.field }),
    ...(short && { requested: short.requested, available: short.available }),
  };
  return { code: WIX_WORDS[code] ?? code, description: message, data };
}

/** The rule a field breaks and its bounds: the same as when the whole call is refused. */
function ruleOf({ violations: [first] }: InvalidFields): Record<string, unknown> {
  const { violatedRule, ruleName, data } = first!;
  return { ...data, violatedRule, ...(ruleName && { ruleName }) };
}

function detailsOf(error: WixRefusal | InventoryError): ErrorAnswer['body']['details'] {
  if (error instanceof WixRefusal) return { applicationError: applicationErrorOf(error) };
  if (error instanceof InvalidFields) {
    return { validationError: { fieldViolations: error.violations } };
  }
  const { field } = error.details;
  if (error.code === 'INVALID_INPUT' && field !== undefined) {
    const violated = { field, description: error.message, violatedRule: 'OTHER' as const };
    return { validationError: { fieldViolations: [violated] } };
  }
  return { applicationError: applicationErrorOf(error) };
}

function headersOf(error: InventoryError): Record<string, string> {
  const seconds = retryAfterSeconds(error);
  return {
    ...(error.details.rateLimit && rateLimitHeaders(error.details.rateLimit)),
    ...(seconds !== undefined && { 'Retry-After': String(seconds) }),
    ...(error.kind === 'unauthenticated' && { 'WWW-Authenticate': 'Bearer' }),
  };
}
