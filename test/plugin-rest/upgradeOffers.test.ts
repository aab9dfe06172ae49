import { request } from 'node:http';
import { line, pluginHub } from '../support/pluginHub';

const hub = pluginHub();

/** Sends a call as clients do that offer HTTP/2 beside it; the status and body of the answer. */
function offerHttp2(path: string, body: string): Promise<[number | undefined, string]> {
  const headers = {
    Connection: 'Upgrade, HTTP2-Settings',
    Upgrade: 'h2c',
    'HTTP2-Settings': 'AAMAAABkAAQAAP__',
    'Content-Length': Buffer.byteLength(body),
  };
  return new Promise((resolve, reject) => {
    const sent = request(`${hub().url}${path}`, { method: 'POST', headers }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => (text += part));
      response.on('end', () => {
        resolve([response.statusCode, text]);
      });
    });
    sent.on('error', reject).end(body);
  });
}

test('a call that offers HTTP/2 is served all the same', async () => {
  await hub().create('cup', 5);
  const data = { request: hub().request([line('cup', 2)]), metadata: hub().metadata() };
  const token = await hub().sign(data);
  expect(await offerHttp2('/v1/decrement', token)).toEqual([200, '{}']);
  expect((await hub().level('cup')).quantity).toBe(3);
});
