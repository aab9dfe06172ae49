import { momentOf, type TimeZone } from '../core/timeZone';

const DATE =
  /^(\d{4}-\d{2}-\d{2})(?:T(\d{2}:\d{2}(?::\d{2})?)(?:\.(\d{1,9}))?)?(Z|[+-]\d{2}:?\d{2})?$/;

/**
 * A date or a date and time in ISO 8601 as ms since 1970, cut off to a whole one; NaN for any other
 * text. Where it names no zone it is local time in the one given.
 */
export function parseDate(text: string, zone: TimeZone): number {
  const [, day, time = '00:00', fraction = '', offset] = DATE.exec(text) ?? [];
  if (day === undefined) return NaN;
  const seconds = time.length === 5 ? `${time}:00` : time;
  const ms = fraction.padEnd(3, '0').slice(0, 3);
  const local = Date.parse(`${day}T${seconds}.${ms}Z`);
  // The 30th of February is one of March to the parser.
  if (Number.isNaN(local) || new Date(local).toISOString().slice(0, 10) !== day) return NaN;
  if (offset === undefined) return momentOf(local, zone);
  if (offset === 'Z') return local;
  const colon = offset.includes(':') ? offset : `${offset.slice(0, 3)}:${offset.slice(3)}`;
  return Date.parse(`${day}T${seconds}.${ms}${colon}`);
}
