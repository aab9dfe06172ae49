import type { ControlLine } from '../../src/redis/controlLine';
import { keepRunning } from '../../src/redis/supervision';
import { told, toldLog } from '../support/embedded';

type Health = Awaited<ReturnType<ControlLine['health']>>;

/** A line to a server that answers, keeps silent or is gone, as a test says. */
function makeLine(health: Health): ControlLine & { break(): void } {
  let isClosed = false;
  let close = (): void => undefined;
  const closed = new Promise<void>((resolve) => {
    close = () => {
      isClosed = true;
      resolve();
    };
  });
  return {
    socketPath: '/nowhere',
    pid: 1,
    directory: undefined,
    closed,
    isClosed: () => isClosed,
    health: () => Promise.resolve(health),
    loadingProgress: () => Promise.resolve(''),
    otherConnectionNames: () => Promise.resolve([]),
    shutdown: () => Promise.resolve(),
    close: () => undefined,
    break: () => {
      close();
    },
  };
}

describe('supervision', () => {
  beforeEach(() => {
    told.length = 0;
  });

  it('ends a server that keeps silent and starts it again', async () => {
    const stopping = new AbortController();
    const silent = makeLine(undefined);
    const ended: ControlLine[] = [];
    await keepRunning(silent, {
      log: toldLog,
      signal: stopping.signal,
      silenceTimeoutMs: 20,
      heartbeatIntervalMs: 5,
      end: (line) => {
        ended.push(line);
        return Promise.resolve();
      },
      restart: () => {
        stopping.abort();
        return Promise.resolve(makeLine('ready'));
      },
    });
    expect(ended).toEqual([silent]);
    expect(told).toEqual([
      'The embedded Redis does not answer; ending it',
      'The embedded Redis is gone; starting it again',
    ]);
  });

  it('tries again, with longer pauses, until the server starts', async () => {
    const stopping = new AbortController();
    const line = makeLine('loading');
    line.break();
    let attempts = 0;
    await keepRunning(line, {
      log: toldLog,
      signal: stopping.signal,
      silenceTimeoutMs: 1000,
      end: () => Promise.resolve(),
      restart: () => {
        attempts += 1;
        if (attempts < 3) {
          return Promise.reject(new Error('disk full'));
        }
        stopping.abort();
        return Promise.resolve(makeLine('ready'));
      },
    });
    expect(told.slice(1)).toEqual([
      'Error: disk full\nTrying again in 200 ms',
      'Error: disk full\nTrying again in 400 ms',
    ]);
  });

  it('takes a server that loads for a living one, and ends at the signal', async () => {
    const stopping = new AbortController();
    const running = keepRunning(makeLine('loading'), {
      log: toldLog,
      signal: stopping.signal,
      silenceTimeoutMs: 0,
      heartbeatIntervalMs: 1,
      end: () => Promise.reject(new Error('not asked for')),
      restart: () => Promise.reject(new Error('not asked for')),
    });
    setTimeout(() => {
      stopping.abort();
    }, 20);
    await running;
    expect(told).toEqual([]);
  });
});
