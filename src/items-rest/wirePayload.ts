import { invalidField } from './fieldViolation';
import type { RestCall } from './route';

/** A JSON object of which nothing is known yet. */
export type Payload = Readonly<Record<string, unknown>>;

const BASE64_URL = /^[\w-]*={0,2}$/;

/**
 * What a call asks for: its JSON body, or `.r` of its address, which is base64url of the same JSON
 * in UTF-8 (the Wix SDK sends short reads so). A call with neither asks for all defaults.
 *
 * @param known the keys it may have: a misspelt one would ask for all defaults
 * @throws InventoryError INVALID_INPUT
 */
export function readPayload(
  { body, query }: Pick<RestCall, 'body' | 'query'>,
  known: readonly string[],
): Payload {
  const payload = body === undefined ? readAddress(query) : asObject(body, 'body');
  refuseOthers(payload, '', known);
  return payload;
}

function readAddress(query: RestCall['query']): Payload {
  refuseOthers(query, '', ['.r']);
  const written = query['.r'];
  if (written === undefined) return {};
  if (typeof written !== 'string' || !BASE64_URL.test(written)) {
    throw malformed(written, 'one text in base64url');
  }
  const value = parse(written);
  if (value === null) throw malformed(written, 'the base64url of a JSON object');
  return asObject(value, '.r');
}

function parse(written: string): unknown {
  try {
    // Fatal: bytes that are no UTF-8 must not turn into another text.
    const text = new TextDecoder('utf-8', { fatal: true }).decode(
      Buffer.from(written, 'base64url'),
    );
    return JSON.parse(text) as unknown;
  } catch {
    throw malformed(written, 'the base64url of JSON in UTF-8');
  }
}

function malformed(written: unknown, bound: string) {
  return invalidField('.r', written, bound, { violatedRule: 'FORMAT' });
}

/** A JSON object; null and absent are an empty one. @throws InventoryError INVALID_INPUT */
export function asObject(value: unknown, field: string): Payload {
  if (value === undefined || value === null) return {};
  if (typeof value === 'object' && !Array.isArray(value)) return value as Payload;
  throw invalidField(field, value, 'an object', { violatedRule: 'FORMAT' });
}

/** A JSON list of bounded length; null and absent are an empty one. */
export function asList(value: unknown, field: string, most: number): readonly unknown[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) {
    throw invalidField(field, value, 'a list', { violatedRule: 'FORMAT' });
  }
  if (value.length > most) {
    throw invalidField(field, value.length, `a list of up to ${most}`, {
      violatedRule: 'MAX_SIZE',
      data: { threshold: most },
    });
  }
  return value as readonly unknown[];
}

/** A text of bounded length; undefined for null and absent. */
export function asText(value: unknown, field: string, most: number): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') {
    throw invalidField(field, value, 'a text', { violatedRule: 'FORMAT' });
  }
  if (value.length > most) {
    throw invalidField(field, value, `up to ${most} characters`, {
      violatedRule: 'MAX_LENGTH',
      data: { threshold: most },
    });
  }
  return value;
}

/** One of some words; undefined for null and absent. */
export function asWord<T extends string>(
  value: unknown,
  field: string,
  words: readonly T[],
): T | undefined {
  if (value === undefined || value === null) return undefined;
  const word = words.find((each) => each === value);
  if (word !== undefined) return word;
  throw invalidField(field, value, `one of ${words.join(', ')}`, { violatedRule: 'OTHER' });
}

/** True or false; undefined for null and absent. */
export function asFlag(value: unknown, field: string): boolean | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'boolean') return value;
  throw invalidField(field, value, 'true or false', { violatedRule: 'FORMAT' });
}

/** A whole number within bounds; undefined for null and absent. */
export function asWhole(
  value: unknown,
  field: string,
  [least, most]: readonly [number, number],
): number | undefined {
  if (value === undefined || value === null) return undefined;
  const bound = `a whole number in ${least}..${most}`;
  if (!Number.isInteger(value)) throw invalidField(field, value, bound, { violatedRule: 'FORMAT' });
  const number = value as number;
  if (number >= least && number <= most) return number;
  throw invalidField(field, value, bound, {
    violatedRule: number < least ? 'MIN' : 'MAX',
    data: { threshold: number < least ? least : most },
  });
}

/** Refuses keys nobody reads: a misspelt `filter` would find all items. Root: an empty field. */
export function refuseOthers(object: Payload, field: string, known: readonly string[]): void {
  const other = Object.keys(object).find((key) => !known.includes(key));
  if (other === undefined) return;
  const path = field === '' ? other : `${field}.${other}`;
  throw invalidField(path, object[other], `absent: ${known.join(', ')} are read`, {
    violatedRule: 'OTHER',
  });
}
