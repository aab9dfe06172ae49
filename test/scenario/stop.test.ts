import { randomUUID } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { signApiToken } from '../../src/auth/signApiToken';
import { startBareServer, type BareServer } from '../support/bareServer';
import { KillableHub } from '../support/killableHub';
import { RawSocket, Subscriber } from '../support/liveClient';

/*
 * A hub that is asked to stop while its Redis is gone or silent, with all that works on it in the
 * background: webhook delivery, jobs, retention, live subscribers.
 */

const DRAIN_TIMEOUT_MS = 2000;
/** Jobs may take two seconds more to end; a process on a busy machine some more. */
const LITTLE_MS = 5000;

let server: BareServer;
let hub: KillableHub;
let subscriber: Subscriber | undefined;

beforeEach(async () => {
  server = await startBareServer('--appendonly', 'yes');
  const secret = randomUUID() + randomUUID();
  hub = new KillableHub(mkdtempSync(join(process.env['TEST_DIRECTORY']!, 'stop-')), {
    REDIS_URL: `unix://${server.socketPath}`,
    WEBHOOK_TARGET_URL: 'http://127.0.0.1:9/hook',
    WEBHOOK_ALLOW_PRIVATE_TARGETS: 'true',
    AUTH_SECRET: secret,
    AUTH_ISSUER: 'stop',
    AUTH_AUDIENCE: 'stop',
    DRAIN_TIMEOUT_MS: String(DRAIN_TIMEOUT_MS),
  });
  const url = await hub.start();
  const token = await signApiToken(secret, {
    tenantId: randomUUID(),
    subject: 'test',
    scopes: ['inventory:admin'],
    issuer: 'stop',
    audience: 'stop',
    expiresInSeconds: 300,
  });
  subscriber = await new Subscriber({ url: `${url}/graphql`, token }).begun();
}, 60_000);

afterEach(async () => {
  await subscriber?.stop();
  hub.end();
  await server.stop();
});

/** Milliseconds until the hub has ended, and its exit code. */
async function stop(): Promise<{ tookMs: number; code: number | null | 'late' }> {
  const started = performance.now();
  const late = pause(DRAIN_TIMEOUT_MS + LITTLE_MS, 'late' as const, { ref: false });
  const code = await Promise.race([hub.stop(), late]);
  return { tookMs: performance.now() - started, code };
}

async function isReady(): Promise<boolean> {
  return (await fetch(`${await hub.url()}/readyz`)).ok;
}

test.each(['SIGKILL', 'SIGSTOP'] as const)(
  'it ends in time after its Redis had %s',
  async (signal) => {
    expect(await isReady()).toBe(true);
    process.kill(server.pid, signal);
    for (let tries = 0; tries < 100 && (await isReady()); tries += 1) await pause(20);
    expect(await isReady()).toBe(false);
    const { code } = await stop();
    if (signal === 'SIGSTOP') process.kill(server.pid, 'SIGCONT');
    expect(code).toBe(0);
  },
  60_000,
);

test('it ends at once when its Redis answers', async () => {
  const { code, tookMs } = await stop();
  expect(code).toBe(0);
  expect(tookMs).toBeLessThan(DRAIN_TIMEOUT_MS);
  expect(hub.output.join('')).not.toContain('not ended');
}, 60_000);

test('a subscriber that never answers does not hold it up', async () => {
  const deaf = await new RawSocket(`${await hub.url()}/graphql`).open();
  deaf.socket.pause();
  const { code } = await stop();
  deaf.socket.terminate();
  expect(code).toBe(0);
}, 60_000);
