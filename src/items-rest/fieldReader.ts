import { isGuid } from '../core/identity';
import { isWholeNumber } from '../core/quantity';
import { isReadable, isReadableLine } from '../core/text';
import { violation, type FieldViolation } from './fieldViolation';

/** A field's value: undefined when it is absent or wrong, null when the caller says null. */
type Read<T> = T | null | undefined;

/** Bounds, both inclusive. */
interface Bounds {
  readonly min: number;
  readonly max: number;
}

/**
 * Reads the fields of a JSON object of a request. What is wrong with one is noted among `problems`,
 * so that a caller is told of all that is wrong at once.
 */
export class FieldReader {
  readonly #fields: Readonly<Record<string, unknown>>;

  /** `path`: where the object is, from the root of the request; empty for the root. */
  constructor(
    value: unknown,
    readonly path: string,
    readonly problems: FieldViolation[],
  ) {
    this.#fields = isObject(value) ? value : {};
    if (isObject(value)) return;
    const rule = value === undefined || value === null ? 'REQUIRED_FIELD' : 'FORMAT';
    problems.push(violation(path || 'body', value, 'an object', { violatedRule: rule }));
  }

  /** Where a field is, from the root of the request. */
  at(name: string): string {
    return this.path === '' ? name : `${this.path}.${name}`;
  }

  /** The value as it came. */
  raw(name: string): unknown {
    return Object.hasOwn(this.#fields, name) ? this.#fields[name] : undefined;
  }

  /** The values of some fields as they came; nothing of those that are absent. */
  pick(names: readonly string[]): Record<string, unknown> {
    const given = names.filter((name) => Object.hasOwn(this.#fields, name));
    return Object.fromEntries(given.map((name) => [name, this.#fields[name]]));
  }

  flag(name: string): Read<boolean> {
    return this.#read(name, 'true or false', (value) => typeof value === 'boolean');
  }

  guid(name: string): Read<string> {
    const id = this.#read<string>(name, 'a GUID', isGuid);
    return typeof id === 'string' ? id.toLowerCase() : id;
  }

  /** Text of so many characters, none of them a control character but tab and line ends. */
  text(name: string, bounds: Bounds): Read<string> {
    return this.#text(name, bounds, 'characters, none a control character', isReadable);
  }

  /** Text of so many characters on one line, none of them a control character. */
  lineOfText(name: string, bounds: Bounds): Read<string> {
    const form = 'characters on one line, none a control character';
    return this.#text(name, bounds, form, isReadableLine);
  }

  #text(
    name: string,
    { min, max }: Bounds,
    form: string,
    fits: (text: string) => boolean,
  ): Read<string> {
    const bound = `${min}..${max} ${form}`;
    const isRead = (value: unknown) => typeof value === 'string' && fits(value);
    const text = this.#read<string>(name, bound, isRead);
    if (typeof text !== 'string') return text;
    if (text.length >= min && text.length <= max) return text;
    const short = text.length < min;
    this.#refuse(name, text, bound, {
      violatedRule: short ? 'MIN_LENGTH' : 'MAX_LENGTH',
      data: { threshold: short ? min : max },
    });
    return undefined;
  }

  wholeNumber(name: string, { min, max }: Bounds): Read<number> {
    const bound = `a whole number from ${min} to ${max}`;
    const number = this.#read<number>(name, bound, Number.isInteger);
    if (typeof number !== 'number' || isWholeNumber(number, min, max)) return number;
    const low = number < min;
    this.#refuse(name, number, bound, {
      violatedRule: low ? 'MIN' : 'MAX',
      data: { threshold: low ? min : max },
    });
    return undefined;
  }

  word<T extends string>(name: string, words: readonly T[]): Read<T> {
    const isWord = (value: unknown): value is T => words.some((word) => word === value);
    return this.#read<T>(name, `one of ${words.join(', ')}`, isWord);
  }

  /** The objects of a list; none when there are too few or too many. */
  objects(name: string, bounds: Bounds): FieldReader[] {
    const list = this.#list(name, bounds);
    return list.map((value, i) => new FieldReader(value, `${this.at(name)}[${i}]`, this.problems));
  }

  /** The GUIDs of a list, lower-case; undefined when one of them is none. */
  guids(name: string, bounds: Bounds): string[] | undefined {
    const list = this.#list(name, bounds);
    const wrong = list.findIndex((id) => !isGuid(id));
    if (wrong < 0) return (list as string[]).map((id) => id.toLowerCase());
    const field = `${this.at(name)}[${wrong}]`;
    this.problems.push(violation(field, list[wrong], 'a GUID', { violatedRule: 'FORMAT' }));
    return undefined;
  }

  /** The fields of an object inside; undefined when it is absent or null. */
  object(name: string): FieldReader | undefined {
    const value = this.raw(name);
    if (value === undefined || value === null) return undefined;
    return new FieldReader(value, this.at(name), this.problems);
  }

  /** The fields of an object that must be there. */
  required(name: string): FieldReader {
    return new FieldReader(this.raw(name), this.at(name), this.problems);
  }

  /** Notes that a field must be given. */
  miss(name: string, bound: string): void {
    this.#refuse(name, this.raw(name), bound, { violatedRule: 'REQUIRED_FIELD' });
  }

  #read<T>(name: string, bound: string, fits: (value: unknown) => boolean): Read<T> {
    const value = this.raw(name);
    if (value === undefined || value === null) return value;
    if (fits(value)) return value as T;
    this.#refuse(name, value, bound, { violatedRule: 'FORMAT' });
    return undefined;
  }

  #list(name: string, { min, max }: Bounds): readonly unknown[] {
    const bound = `${min}..${max} entries`;
    const list = this.#read<unknown[]>(name, bound, Array.isArray);
    // A value of another type has been told of already.
    if (list === undefined && this.raw(name) !== undefined) return [];
    const length = list?.length ?? 0;
    if (length >= min && length <= max) return list ?? [];
    const violatedRule = length < min ? 'MIN_SIZE' : 'MAX_SIZE';
    const data = { threshold: length < min ? min : max };
    this.#refuse(name, length, bound, { violatedRule, data });
    return [];
  }

  #refuse(
    name: string,
    value: unknown,
    bound: string,
    rule: Parameters<typeof violation>[3],
  ): void {
    this.problems.push(violation(this.at(name), value, bound, rule));
  }
}

/** Whether a value is a JSON object. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
