import { isGuid } from '../core/identity';
import { FieldReader } from './fieldReader';
import { InvalidFields, invalidField, type FieldViolation } from './fieldViolation';
import type { RestCall } from './route';

/** Violations that are told at once, at the most. */
const MAX_VIOLATIONS = 100;

/**
 * Reads the body of a call. What is wrong with it is told at once.
 *
 * @throws InventoryError INVALID_INPUT
 */
export function readRequest<T>({ body }: RestCall, read: (request: FieldReader) => T): T {
  const problems: FieldViolation[] = [];
  const result = read(new FieldReader(body ?? {}, '', problems));
  if (problems.length > 0) throw new InvalidFields(problems.slice(0, MAX_VIOLATIONS));
  return result;
}

/**
 * The id in the path of a call, lower-case.
 *
 * @param field the name Wix gives it, for errors
 * @throws InventoryError INVALID_INPUT
 */
export function idInPath({ params }: RestCall, field: string): string {
  const id = params['id'];
  if (!isGuid(id)) throw invalidField(field, id, 'a GUID', { violatedRule: 'FORMAT' });
  return id.toLowerCase();
}
