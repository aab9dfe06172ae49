/** What time of day it is somewhere. */
export interface TimeZone {
  /** What local time is ahead of UTC at a moment, ms. */
  offsetAt(ms: number): number;
}

/** Lengths of time that days are cut into, from long to short; a week begins on Monday. */
export const intervals = ['YEAR', 'MONTH', 'WEEK', 'DAY', 'HOUR', 'MINUTE', 'SECOND'] as const;
export type Interval = (typeof intervals)[number];

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** No zone has changed its offset within one in living memory. */
const QUARTER_MS = 15 * MINUTE_MS;
const OFFSET = /^([+-])(\d{2}):?(\d{2})?$/;

export const UTC: TimeZone = { offsetAt: () => 0 };

/**
 * A time zone by name (IANA, such as `Europe/Berlin`) or by offset (ISO 8601, such as `+02:00`);
 * undefined for anything else.
 */
export function timeZone(text: string): TimeZone | undefined {
  if (text === 'Z') return UTC;
  const [, sign, hours, minutes = '0'] = OFFSET.exec(text) ?? [];
  if (sign !== undefined) {
    const total = Number(hours) * 60 + Number(minutes);
    if (total > 24 * 60 || Number(minutes) > 59) return undefined;
    const offset = (sign === '-' ? -total : total) * MINUTE_MS;
    return { offsetAt: () => offset };
  }
  return namedZone(text);
}

function namedZone(name: string): TimeZone | undefined {
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat('en-US', { timeZone: name, timeZoneName: 'longOffset' });
  } catch {
    return undefined;
  }
  const known = new Map<number, number>();
  return {
    offsetAt: (ms) => {
      const quarter = Math.floor(ms / QUARTER_MS);
      let offset = known.get(quarter);
      if (offset === undefined) known.set(quarter, (offset = offsetOf(format, ms)));
      return offset;
    },
  };
}

/** Reads `GMT`, `GMT+05:30` or `GMT-00:01:15`. */
function offsetOf(format: Intl.DateTimeFormat, ms: number): number {
  const name = format.formatToParts(ms).find(({ type }) => type === 'timeZoneName')?.value ?? '';
  const [, sign, hours, minutes, seconds = '0'] =
    /([+-])(\d{2}):(\d{2})(?::(\d{2}))?$/.exec(name) ?? [];
  if (sign === undefined) return 0;
  const total = (Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds);
  return (sign === '-' ? -total : total) * 1000;
}

/** The moment of a local time, which is given as if it were UTC; ms since 1970. */
export function momentOf(localMs: number, zone: TimeZone): number {
  // The offset of a moment close to it, then that of the moment itself.
  const near = localMs - zone.offsetAt(localMs);
  return localMs - zone.offsetAt(near);
}

/** When the interval began that a moment lies in; ms since 1970. */
export function startOfInterval(ms: number, interval: Interval, zone: TimeZone): number {
  const offset = zone.offsetAt(ms);
  const local = ms + offset;
  if (interval === 'HOUR') return floorTo(local, 60 * MINUTE_MS) - offset;
  if (interval === 'MINUTE') return floorTo(local, MINUTE_MS) - offset;
  if (interval === 'SECOND') return floorTo(local, 1000) - offset;
  const day = floorTo(local, DAY_MS);
  if (interval === 'DAY') return momentOf(day, zone);
  const date = new Date(day);
  if (interval === 'WEEK') {
    const sinceMonday = (date.getUTCDay() + 6) % 7;
    return momentOf(day - sinceMonday * DAY_MS, zone);
  }
  const month = interval === 'YEAR' ? 0 : date.getUTCMonth();
  return momentOf(Date.UTC(date.getUTCFullYear(), month), zone);
}

function floorTo(ms: number, unit: number): number {
  return Math.floor(ms / unit) * unit;
}

/** A moment in ISO 8601, with the offset of its zone; `Z` where that is none. */
export function isoIn(zone: TimeZone, ms: number): string {
  const offset = zone.offsetAt(ms);
  if (offset === 0) return new Date(ms).toISOString();
  const minutes = Math.round(Math.abs(offset) / MINUTE_MS);
  const two = (value: number) => String(value).padStart(2, '0');
  const shown = `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
  return `${new Date(ms + offset).toISOString().slice(0, -1)}${offset < 0 ? '-' : '+'}${shown}`;
}
