/** One row of the table of settings: all that is known about one environment variable. */
export interface Setting<Value = unknown> {
  /** Name of the environment variable. */
  readonly name: string;
  readonly type: 'text' | 'integer' | 'choice' | 'path' | 'paths' | 'url' | 'list' | 'key' | 'json';
  /** Unit of the value; empty when it has none. */
  readonly unit: string;
  /** The text used when the variable is unset or empty; an empty text means no value. */
  readonly default: string;
  /** What a right value looks like, written to follow "must be". */
  readonly bounds: string;
  readonly description: string;
  /** Gives the value, or undefined when the text is out of bounds. The text is never empty. */
  readonly parse: (text: string) => Value | undefined;
}

/** A row for a whole number, bounds included. */
export function integer(
  row: Omit<Setting, 'type' | 'bounds' | 'parse'>,
  minimum: number,
  maximum: number,
): Setting<number> {
  const parse = (text: string) => {
    const value = /^\d{1,15}$/.test(text) ? Number(text) : NaN;
    return value >= minimum && value <= maximum ? value : undefined;
  };
  return { ...row, type: 'integer', bounds: `an integer from ${minimum} to ${maximum}`, parse };
}

/** A row for one of some words. */
export function choice<Word extends string>(
  row: Omit<Setting, 'type' | 'bounds' | 'parse' | 'unit'>,
  words: readonly Word[],
): Setting<Word> {
  const parse = (text: string) => words.find((word) => word === text);
  return { ...row, type: 'choice', unit: '', bounds: `one of ${words.join(', ')}`, parse };
}

/** Gives a text of 1 to `maximum` characters without white space. */
export function parseWord(text: string, maximum: number): string | undefined {
  return text.length <= maximum && !/\s/.test(text) ? text : undefined;
}

/** Gives a list of comma-separated parts, none of them empty. */
export function parseList(text: string): readonly string[] | undefined {
  const parts = text.split(',').map((part) => part.trim());
  return parts.includes('') ? undefined : parts;
}
