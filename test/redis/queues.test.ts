import { createJobQueue, createJobWorker, type JobEnd } from '../../src/redis/queues';
import { startBareServer, type BareServer } from '../support/bareServer';

let server: BareServer;
const errors: Error[] = [];
const onError = (error: Error) => void errors.push(error);

beforeAll(async () => {
  server = await startBareServer();
  // It answers from now on.
  await server.connect();
});
afterAll(() => server.stop());

/** A queue with a worker whose runs a test decides on. */
function open<Data>(
  name: string,
  run: (data: Data, times: number, attempt: number) => Promise<JobEnd<Data>>,
  retryDelaysMs: readonly number[] = [],
) {
  const store = { socketPath: server.socketPath };
  const queue = createJobQueue<Data>(store, name, onError);
  let times = 0;
  let wake: (() => void) | undefined;
  const worker = createJobWorker<Data>(
    store,
    name,
    async (data, { attempt }) => {
      times += 1;
      try {
        return await run(data, times, attempt);
      } finally {
        wake?.();
      }
    },
    { concurrency: 4, retryDelaysMs, onError },
  );
  return {
    queue,
    ran: async (count: number) => {
      while (times < count) await new Promise<void>((resolve) => (wake = resolve));
      return times;
    },
    close: async () => {
      await worker.close();
      await queue.close();
    },
  };
}

test('a job that is put back runs again with its new data, and has not failed', async () => {
  const seen: [number, number][] = [];
  const jobs = open<{ step: number }>('put-back', ({ step }, _times, attempt) => {
    seen.push([step, attempt]);
    return Promise.resolve(step < 3 ? { againInMs: 5, data: { step: step + 1 } } : undefined);
  });
  await jobs.queue.add({ step: 1 });
  await jobs.ran(3);
  expect(seen).toEqual([
    [1, 1],
    [2, 1],
    [3, 1],
  ]);
  expect(errors).toEqual([]);
  await jobs.close();
});

test('a job fails as often as it may, and is then gone', async () => {
  const seen: number[] = [];
  const jobs = open<object>(
    'retried',
    (_data, _times, attempt) => {
      seen.push(attempt);
      return Promise.reject(new Error('no'));
    },
    [1, 2],
  );
  await jobs.queue.add({}, { attempts: 3 });
  await jobs.ran(3);
  expect(seen).toEqual([1, 2, 3]);
  expect(errors).toEqual([]);
  await jobs.close();
});

test('an only job that is added while it runs runs once more, however often it was', async () => {
  let release: (() => void) | undefined;
  let begun: (() => void) | undefined;
  const running = new Promise<void>((resolve) => (begun = resolve));
  const jobs = open<object>('only', async (_data, times) => {
    if (times > 1) return undefined;
    begun!();
    await new Promise<void>((resolve) => (release = resolve));
    return undefined;
  });
  await jobs.queue.add({}, { only: 'one' });
  await running;
  for (let i = 0; i < 5; i += 1) await jobs.queue.add({}, { only: 'one' });
  release!();
  expect(await jobs.ran(2)).toBe(2);
  await jobs.queue.add({}, { only: 'one' });
  expect(await jobs.ran(3)).toBe(3);
  await jobs.close();
});

test('a job without another attempt that fails is told of', async () => {
  const jobs = open<object>('told', () => Promise.reject(new Error('a bug')));
  await jobs.queue.add({});
  await jobs.ran(1);
  await jobs.close();
  expect(errors.map(({ message }) => message)).toEqual(['a bug']);
});

test('while Redis is away adding a job is an outage at once', async () => {
  const own = await startBareServer();
  await own.connect();
  const queue = createJobQueue<object>({ socketPath: own.socketPath }, 'away', () => undefined);
  await queue.add({});
  await own.stop();
  await expect(queue.add({})).rejects.toMatchObject({ code: 'REDIS_UNAVAILABLE' });
  await queue.close();
});
