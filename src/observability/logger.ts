import { pino } from 'pino';
import type { DestinationStream, LevelWithSilent, Logger } from 'pino';
import { maskSecrets } from './secretMask';

export type { Logger } from 'pino';

/**
 * Makes the logger: one JSON object a line, with `level` as a word and `time` in ISO 8601 UTC.
 *
 * No line holds a token, an authorization header, a key or a password, whatever the caller passes:
 * each finished line goes through {@link maskSecrets}. Lines are written synchronously, so the last
 * ones before a crash are not lost.
 *
 * @param level least severe line that is written
 * @param destination where lines go; default standard output
 */
export function createLogger(level: LevelWithSilent, destination?: DestinationStream): Logger {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      hooks: { streamWrite: maskSecrets },
    },
    destination ?? pino.destination({ dest: 1, sync: true }),
  );
}
