import { isoIn, momentOf, startOfInterval, timeZone, UTC } from '../../src/core/timeZone';

const HOUR = 3_600_000;
const at = (text: string) => Date.parse(text);
const zone = (name: string) => timeZone(name)!;

describe('a time zone', () => {
  test.each([
    ['Z', 0],
    ['+02:00', 2],
    ['-0330', -3.5],
    ['+05', 5],
    ['UTC', 0],
    ['Asia/Kolkata', 5.5],
    ['America/New_York', -4],
    ['Europe/Berlin', 2],
  ])('%s is ahead by its hours in summer', (name, hours) => {
    expect(zone(name).offsetAt(at('2024-07-01T12:00:00Z'))).toBe(hours * HOUR);
  });

  test('has its own winter', () => {
    expect(zone('Europe/Berlin').offsetAt(at('2024-01-01T12:00:00Z'))).toBe(HOUR);
  });

  test.each(['Mars/Base', '', '+25:00', '+01:60', '2', 'Europe/Berlin\n'])('%j is none', (name) => {
    expect(timeZone(name)).toBeUndefined();
  });
});

test('a local time is a moment, also beside a change of the clock', () => {
  const berlin = zone('Europe/Berlin');
  const moment = (local: string) => isoIn(UTC, momentOf(at(`${local}Z`), berlin));
  expect(moment('2024-01-15T00:00')).toBe('2024-01-14T23:00:00.000Z');
  expect(moment('2024-03-31T01:59')).toBe('2024-03-31T00:59:00.000Z');
  expect(moment('2024-03-31T03:00')).toBe('2024-03-31T01:00:00.000Z');
  expect(moment('2024-10-27T01:30')).toBe('2024-10-26T23:30:00.000Z');
  expect(moment('2024-10-27T03:30')).toBe('2024-10-27T02:30:00.000Z');
});

describe('an interval begins', () => {
  const start = (moment: string, interval: Parameters<typeof startOfInterval>[1], name: string) =>
    isoIn(zone(name), startOfInterval(at(moment), interval, zone(name)));

  test.each([
    ['YEAR', '2024-01-01T00:00:00.000+01:00'],
    ['MONTH', '2024-10-01T00:00:00.000+02:00'],
    ['WEEK', '2024-10-21T00:00:00.000+02:00'],
    ['DAY', '2024-10-27T00:00:00.000+02:00'],
    ['HOUR', '2024-10-27T02:00:00.000+01:00'],
    ['MINUTE', '2024-10-27T02:34:00.000+01:00'],
    ['SECOND', '2024-10-27T02:34:56.000+01:00'],
  ] as const)('%s, in the zone it is counted in', (interval, right) => {
    expect(start('2024-10-27T01:34:56.789Z', interval, 'Europe/Berlin')).toBe(right);
  });

  test('twice for an hour that comes twice', () => {
    const hours = ['2024-10-27T00:30:00Z', '2024-10-27T01:30:00Z'];
    expect(hours.map((moment) => start(moment, 'HOUR', 'Europe/Berlin'))).toEqual([
      '2024-10-27T02:00:00.000+02:00',
      '2024-10-27T02:00:00.000+01:00',
    ]);
  });

  test('on Monday for a week, and on the first for a month, in UTC too', () => {
    expect(start('2024-09-01T00:00:00Z', 'WEEK', 'Z')).toBe('2024-08-26T00:00:00.000Z');
    expect(start('2024-09-02T00:00:00Z', 'WEEK', 'Z')).toBe('2024-09-02T00:00:00.000Z');
    expect(start('2024-12-31T23:59:59.999Z', 'MONTH', 'Z')).toBe('2024-12-01T00:00:00.000Z');
  });
});

test('a time is shown with its offset', () => {
  const moment = at('2024-07-01T12:00:00.123Z');
  expect(isoIn(UTC, moment)).toBe('2024-07-01T12:00:00.123Z');
  expect(isoIn(zone('-03:30'), moment)).toBe('2024-07-01T08:30:00.123-03:30');
});
