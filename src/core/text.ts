/**
 * Control characters of ASCII but tab and line ends, and halves of surrogate pairs: nobody can read
 * them.
 */
const UNREADABLE = /(?![\t\n\r\u0080-\u009f])\p{Cc}|\p{Cs}/u;
const UNREADABLE_RUNS = /(?:(?![\t\n\r\u0080-\u009f])\p{Cc}|\p{Cs})+/gu;

/**
 * Whether a text is one that people read: no control character (U+0000..U+001F, U+007F) but tab and
 * line ends, and no half of a surrogate pair.
 */
export function isReadable(text: string): boolean {
  return !UNREADABLE.test(text);
}

/** Whether a readable text is on one line: no control character at all. */
export function isReadableLine(text: string): boolean {
  return isReadable(text) && !/\p{Cc}/u.test(text);
}

/** The text with a space for what nobody can read, and none around it. */
export function readableText(text: string): string {
  return isReadable(text) ? text : text.replace(UNREADABLE_RUNS, ' ').trim();
}

/** Whether a value is a text that people read, of so many characters, both bounds inclusive. */
export function isText(value: unknown, min: number, max: number): value is string {
  const fits = typeof value === 'string' && value.length >= min && value.length <= max;
  return fits && isReadable(value);
}

/** The beginning of a text, up to so many characters; a surrogate pair is not cut in two. */
export function beginningOf(text: string, length: number): string {
  if (text.length <= length) return text;
  return text.slice(0, length).replace(/[\uD800-\uDBFF]$/, '');
}
