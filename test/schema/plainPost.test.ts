import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { graphqlHub } from '../support/graphqlHub';

/*
 * Operations go two ways: plain ones without Express, all others through it. Both answer alike.
 */

const hub = graphqlHub({ corsOrigins: ['https://backoffice.example'] });
const OPERATION = JSON.stringify({ query: '{ settings { revision } }' });

interface Sent {
  headers?: Record<string, string>;
  path?: string;
  body?: string | Buffer;
}

/** Sends exactly these headers and bytes, which `fetch` would not. */
async function post({ headers = {}, path = '/graphql', body = OPERATION }: Sent) {
  const { hostname, port } = new URL(hub().url);
  const sent = httpRequest({
    host: hostname,
    port,
    path,
    method: 'POST',
    headers: {
      'Content-Type': 'application/json',
      Authorization: `Bearer ${hub().allScopes}`,
      ...(headers['Transfer-Encoding'] === undefined && {
        'Content-Length': Buffer.byteLength(body),
      }),
      ...headers,
    },
  });
  sent.end(body);
  const [answer] = (await once(sent, 'response')) as [IncomingMessage];
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString();
  return { status: answer.statusCode, headers: answer.headers, text };
}

/** Headers that make a request one that goes through Express. */
const THROUGH_EXPRESS = { Origin: 'https://backoffice.example' };

test.each<[string, Sent]>([
  ['plainly', {}],
  ['with a query string', { path: '/graphql?a=b' }],
  ['with a charset', { headers: { 'Content-Type': 'application/json; charset=UTF-8' } }],
  ['with a byte order mark', { body: `\uFEFF${OPERATION}` }],
  ['through Express', { headers: THROUGH_EXPRESS }],
  ['in chunks', { headers: { 'Transfer-Encoding': 'chunked' } }],
  ['compressed', { headers: { 'Content-Encoding': 'gzip' }, body: gzipSync(OPERATION) }],
  [
    'in UTF-16',
    {
      headers: { 'Content-Type': 'application/json; charset=utf-16le' },
      body: Buffer.from(OPERATION, 'utf16le'),
    },
  ],
  ['to a path with a slash at its end', { path: '/graphql/' }],
])('an operation sent %s is answered', async (_way, sent) => {
  const { status, headers, text } = await post(sent);
  expect([status, JSON.parse(text)]).toEqual([200, { data: { settings: { revision: 0 } } }]);
  expect(headers['content-type']).toBe('application/json; charset=utf-8');
  expect(headers['content-length']).toBe(String(Buffer.byteLength(text)));
  expect(headers['cache-control']).toBe('no-store');
  expect(headers['x-request-id']).toBeDefined();
  expect(headers['x-powered-by']).toBeUndefined();
});

test.each<[string, Sent, number, string]>([
  ['text that is no JSON', { body: '{"query": "{ set' }, 400, 'BAD_REQUEST'],
  ['a number', { body: '7' }, 400, 'BAD_REQUEST'],
  ['null', { body: 'null' }, 400, 'BAD_REQUEST'],
  ['a list', { body: `[${OPERATION}]` }, 400, 'BAD_REQUEST'],
  ['an empty object', { body: '{}' }, 400, 'BAD_REQUEST'],
  ['nothing', { body: '' }, 400, 'BAD_REQUEST'],
  ['more than 2 MiB', { body: ' '.repeat(2 * 1024 * 1024 + 1) }, 413, 'BODY_TOO_LARGE'],
  ['a wrong token', { headers: { Authorization: 'Bearer a.b.c' } }, 401, 'UNAUTHENTICATED'],
  ['two tokens', { headers: { Authorization: 'Bearer a b' } }, 401, 'UNAUTHENTICATED'],
])('both ways refuse %s alike', async (_what, sent, status, code) => {
  const plain = await post(sent);
  const other = await post({ ...sent, headers: { ...sent.headers, ...THROUGH_EXPRESS } });
  expect([plain.status, plain.text]).toEqual([other.status, other.text]);
  expect(plain.headers['content-type']).toBe(other.headers['content-type']);
  expect(plain.status).toBe(status);
  const { errors } = JSON.parse(plain.text) as { errors: { extensions: { code: string } }[] };
  expect(errors[0]!.extensions.code).toBe(code);
  expect(plain.text).not.toMatch(/node_modules|\/src\//);
});

test('a caller that goes away in the middle leaves nothing behind', async () => {
  const { hostname, port } = new URL(hub().url);
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  socket.write(
    'POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n' +
      'Content-Length: 1000\r\n\r\n{"query": "',
  );
  socket.destroy();
  await once(socket, 'close');
  expect((await post({})).status).toBe(200);
  expect(hub().logged.join('')).not.toContain('request failed');
});

test('many requests on one connection are answered in order', async () => {
  const { hostname, port } = new URL(hub().url);
  const socket = connect(Number(port), hostname);
  const requests = [1, 2, 3].map((i) => {
    const body = JSON.stringify({ query: `{ a${i}: __typename }` });
    const length = Buffer.byteLength(body);
    const head = 'POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json';
    return `${head}\r\nContent-Length: ${length}\r\n\r\n${body}`;
  });
  socket.write(requests.join(''));
  let text = '';
  for await (const chunk of socket) {
    text += String(chunk);
    if (text.includes('a3')) break;
  }
  expect([...text.matchAll(/"(a\d)"/g)].map(([, name]) => name)).toEqual(['a1', 'a2', 'a3']);
});
