import { createLogger } from '../../src/observability/logger';
import { maskedText, maskSecrets } from '../../src/observability/secretMask';

function capture(level: Parameters<typeof createLogger>[0] = 'trace') {
  const lines: string[] = [];
  const logger = createLogger(level, { write: (line) => void lines.push(line) });
  return { logger, lines };
}

const header = Buffer.from('{"alg":"RS256"}').toString('base64url');
const payload = Buffer.from('{"data":{"note":"HUSH"}}').toString('base64url');
const token = `${header}.${payload}.SIGNATURE-HUSH_`;
const pem = '-----BEGIN RSA PRIVATE KEY-----\nHUSH/body+\n-----END RSA PRIVATE KEY-----\n';
const secretPieces = [header, payload, 'HUSH', 'LS0tLS1'];

test('a line is one JSON object with a level word, a UTC time and the fields', () => {
  const { logger, lines } = capture();
  logger.child({ requestId: 'r-1' }).info({ operation: 'decrement', lines: 3 }, 'call done');
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatch(/^\{.*\}\n$/);
  const line = JSON.parse(lines[0]!) as Record<string, unknown>;
  expect(line['time']).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  delete line['time'];
  const expected = { level: 'info', requestId: 'r-1', operation: 'decrement', lines: 3 };
  expect(line).toEqual({ ...expected, msg: 'call done' });
});

test('lines below the level are left out; silent writes none', () => {
  const warnings = capture('warn');
  warnings.logger.info('no');
  warnings.logger.warn('yes');
  expect(warnings.lines).toHaveLength(1);
  const silent = capture('silent');
  silent.logger.fatal('no');
  expect(silent.lines).toEqual([]);
});

test.each<[string, object | string]>([
  ['a token in a field', { body: token }],
  ['a token in the message', `refused ${token} of Wix`],
  ['a token cut off in its payload', `refused ${token.slice(0, 40)}…`],
  ['a payload alone', `${payload} did not parse`],
  ['an authorization header', { headers: { authorization: 'HUSH' } }],
  ['headers deep inside, of any type', { a: { b: { c: { 'Set-Cookie': ['HUSH', 'HUSH'] } } } }],
  ['a bearer in the message', 'sent Authorization: Bearer HUSH.HUSH-x'],
  ['a basic authorization in the message', 'sent Basic HUSH=='],
  ['a password', { redis: { username: 'hub', password: 'HUSH' } }],
  ['a key object', { privateKeyPem: { d: 'HUSH' } }],
  ['settings by their names', { WIX_PUBLIC_KEY: 'HUSH', wixPublicKeys: ['HUSH'] }],
  ['a PEM in a field', { text: pem }],
  ['a PEM in the message', `read ${pem}`],
  ['a PEM cut off', pem.slice(0, 45)],
  ['a PEM cut off within quotes', `"${pem.slice(0, 45)}" is no key`],
  ['base64 of a PEM', { text: Buffer.from(pem).toString('base64') }],
  ['a Redis URL', { url: 'redis://:HUSH@host:6379/0' }],
  ['a Redis URL with a wild password', 'at rediss://hub:HU"SH/HUSH@HUSH@host:6379'],
  ['a Redis URL with the password as a parameter', 'at redis://host?db=1&password=HUSH&x=1'],
  ['another URL', { url: 'https://hub:HUSH@host/path' }],
  ['a JSON text in the message', 'got {"password": "HUSH", "x": 1}'],
  ['an error', { err: new Error(`failed at redis://:HUSH@host with ${token}`) }],
  ['the cause of an error', { err: new Error('a', { cause: new Error(`b ${token}`) }) }],
])('%s is masked', (_, value) => {
  const { logger, lines } = capture();
  if (typeof value === 'string') logger.error(value);
  else logger.error(value, 'message');
  logger.child(typeof value === 'string' ? { value } : value).error('from a child');
  expect(lines).toHaveLength(2);
  for (const line of lines) {
    for (const piece of secretPieces) expect(line).not.toContain(piece);
    expect(line).toContain(maskedText);
    expect(() => JSON.parse(line) as unknown).not.toThrow();
  }
});

test('what tells of a secret stays readable', () => {
  const { logger, lines } = capture();
  logger.warn({ url: 'redis://:HUSH@cache.example:6379/0', code: 'TOKEN_REJECTED' }, 'a token');
  expect(JSON.parse(lines[0]!)).toMatchObject({
    url: `redis://${maskedText}@cache.example:6379/0`,
    code: 'TOKEN_REJECTED',
    msg: 'a token',
  });
});

test('a line without a secret is the same text', () => {
  const line =
    '{"level":"info","tenantId":"1","url":"http://127.0.0.1:4000/x?a@b","msg":"eye.d.x"}\n';
  expect(maskSecrets(line)).toBe(line);
});

test('a line that cannot be read is withheld, not thrown at the caller', () => {
  const withheld = maskSecrets('{"password":"HUSH"\n');
  expect(withheld).not.toContain('HUSH');
  expect(JSON.parse(withheld)).toMatchObject({ level: 'error' });
});
