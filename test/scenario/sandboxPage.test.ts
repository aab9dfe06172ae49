import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { KillableHub } from '../support/killableHub';
import { newKeyPair } from '../support/pluginHub';

/*
 * The page for developers at /graphql, as a real process shows it: outside production always, with
 * a token where a secret signs them. Each case by itself: test/auth/sandboxAccess.test.ts.
 */

const { publicPem } = newKeyPair();
const AUTH_SECRET = 'only a secret of this test, with 32 bytes or more';
const production = { NODE_ENV: 'production', WIX_APP_ID: 'app', WIX_PUBLIC_KEY: publicPem };

/** What a browser finds at /graphql of a hub with some settings, and the token of its banner. */
async function look(settings: Record<string, string>) {
  const dataDir = mkdtempSync(join(process.env['TEST_DIRECTORY']!, 'sandbox-'));
  writeFileSync(join(dataDir, 'key.pem'), publicPem);
  const hub = new KillableHub(dataDir, settings);
  try {
    const url = `${await hub.start()}/graphql`;
    const response = await fetch(url, { headers: { Accept: 'text/html' } });
    const text = await response.text();
    const [, authorization] = /"headers":\{"Authorization":"([^"]*)"/.exec(text) ?? [];
    // By then the whole banner has come.
    await hub.stop();
    const [, token] = /A token for both[^\n]*\n *(\S+)/.exec(hub.output.join('\n')) ?? [];
    return { status: response.status, authorization, token };
  } finally {
    hub.end();
  }
}

test('AUTH_SECRET: the page has the token of the banner', async () => {
  const { status, authorization, token } = await look({ AUTH_SECRET });
  expect(token).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/);
  expect([status, authorization]).toEqual([200, `Bearer ${token}`]);
});

test('key files: the page has room for a token, and the banner has none', async () => {
  const shown = await look({ AUTH_PUBLIC_KEY_FILE: 'key.pem' });
  expect(shown).toEqual({ status: 200, authorization: '', token: undefined });
});

test('production: no page, no token', async () => {
  const { status, ...rest } = await look({ ...production, AUTH_SECRET });
  expect(status).toBe(400);
  expect(rest).toEqual({ authorization: undefined, token: undefined });
});
