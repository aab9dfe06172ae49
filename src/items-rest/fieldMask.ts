import { isObject, type FieldReader } from './fieldReader';
import { violation } from './fieldViolation';

const MAX_PATHS = 1000;

/**
 * Reads a field mask in any of its forms: one text with commas (the Wix SDK), `{paths: […]}`, or a
 * list of texts.
 *
 * @returns the paths; undefined without a mask, or with an empty one
 */
export function readFieldMask(fields: FieldReader): readonly string[] | undefined {
  const value = fields.raw('fieldMask');
  if (value === undefined || value === null) return undefined;
  const paths = pathsOf(value);
  if (paths) return paths.length > 0 ? paths : undefined;
  const bound = `texts, one text with commas, or an object with paths: up to ${MAX_PATHS}`;
  fields.problems.push(violation(fields.at('fieldMask'), value, bound, { violatedRule: 'FORMAT' }));
  return undefined;
}

function pathsOf(value: unknown): string[] | undefined {
  const listed = isObject(value) ? (value['paths'] ?? []) : value;
  const paths: unknown[] | undefined =
    typeof listed === 'string' ? listed.split(',') : Array.isArray(listed) ? listed : undefined;
  if (!paths?.every((path) => typeof path === 'string') || paths.length > MAX_PATHS) {
    return undefined;
  }
  return paths.map((path) => path.trim()).filter((path) => path !== '');
}
