import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isPublicAddress, parseTargetUrl } from '../../src/events/targetAddress';
import { createWebhookSender } from '../../src/events/webhookSender';

let server: Server;
let port: number;
const paths: string[] = [];

beforeAll(async () => {
  server = createServer((request, response) => {
    paths.push(request.url!);
    if (request.url === '/redirect') {
      response.writeHead(302, { Location: `http://127.0.0.1:${port}/inside` });
      response.end();
    } else if (request.url === '/long') {
      response.writeHead(200);
      response.end(Buffer.alloc(5_000_000));
    } else if (request.url === '/silent') {
      request.resume();
    } else {
      response.writeHead(request.url === '/created' ? 201 : 200);
      response.end();
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  port = (server.address() as AddressInfo).port;
});

afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
});

describe('addresses', () => {
  test.each([
    '127.0.0.1',
    '127.8.8.8',
    '0.0.0.0',
    '10.1.2.3',
    '172.16.0.1',
    '192.168.1.1',
    '169.254.169.254',
    '100.64.0.1',
    '224.0.0.1',
    '255.255.255.255',
    '192.0.2.1',
    '::1',
    '::',
    'fe80::1',
    'fe80::1%eth0',
    'fc00::1',
    'fd00:ec2::254',
    'ff02::1',
    '::ffff:127.0.0.1',
    '::ffff:10.0.0.1',
    '::ffff:a9fe:a9fe',
    '64:ff9b::7f00:1',
    '2002:7f00:1::',
    '[::1]',
    'no address',
  ])('%s is not public', (address) => {
    expect(isPublicAddress(address)).toBe(false);
  });

  test.each(['93.184.216.34', '2606:4700::1111', '::ffff:8.8.8.8'])('%s is public', (address) => {
    expect(isPublicAddress(address)).toBe(true);
  });
});

describe('URLs', () => {
  const rules = { allowPrivateTargets: false, production: true };

  function refusalOf(url: string): Error {
    try {
      parseTargetUrl(url, rules);
    } catch (error) {
      return error as Error;
    }
    throw new Error(`${url} was taken`);
  }

  test.each([
    'http://shop.example/hook',
    'https://127.0.0.1/',
    'https://2130706433/',
    'https://0x7f.1/',
    'https://017700000001/',
    'https://[::ffff:127.0.0.1]/',
    'https://[::1]:8443/',
    'https://localhost/',
    'https://LOCALHOST./',
    'https://api.localhost/',
    'https://169.254.169.254/latest/meta-data',
    'https://user:word@shop.example/',
    'https://shop.example/#part',
    'ftp://shop.example/',
    'file:///etc/passwd',
    'https://',
    'hook',
    `https://shop.example/${'x'.repeat(2000)}`,
  ])('%s is refused', (url) => {
    expect(refusalOf(url)).toMatchObject({ code: 'INVALID_INPUT', details: { field: 'url' } });
  });

  test('what stands before an @ is not shown', () => {
    expect(refusalOf('https://user:word@shop.example/').message).not.toContain('word');
  });

  test('any port and path are taken; http outside production, private ones when allowed', () => {
    const url = 'https://shop.example:8443/a?b=c';
    expect(parseTargetUrl(url, rules)).toBe(url);
    const open = { allowPrivateTargets: true, production: false };
    expect(parseTargetUrl('http://localhost:1/x', open)).toBe('http://localhost:1/x');
  });
});

describe('sending', () => {
  const resolving = (...addresses: string[]) =>
    createWebhookSender({
      timeoutMs: 500,
      allowPrivateTargets: false,
      lookup: (_name, done) => {
        done(
          null,
          addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
        );
      },
    });
  const refused = { delivered: false, failure: 'address refused' };

  test.each([
    ['this machine', ['127.0.0.1']],
    ['this machine in IPv6', ['::1']],
    ['a public and a private address', ['93.184.216.34', '10.0.0.1']],
    ['the metadata of a cloud', ['169.254.169.254']],
    ['a mapped private address', ['::ffff:192.168.0.1']],
  ])('a name that leads to %s is not connected to', async (_what, addresses) => {
    const seen = paths.length;
    const sender = resolving(...addresses);
    expect(await sender.send(`http://shop.example:${port}/name`, 'x')).toEqual(refused);
    expect(paths).toHaveLength(seen);
    sender.close();
  });

  test('a literal private address is not connected to', async () => {
    const seen = paths.length;
    const sender = resolving('93.184.216.34');
    expect(await sender.send(`http://127.0.0.1:${port}/literal`, 'x')).toEqual(refused);
    expect(await sender.send(`http://[::ffff:127.0.0.1]:${port}/literal`, 'x')).toEqual(refused);
    expect(paths).toHaveLength(seen);
    sender.close();
  });

  test.each([
    ['/redirect', { delivered: false, failure: 'status 302' }],
    ['/created', { delivered: false, failure: 'status 201' }],
    ['/silent', { delivered: false, failure: 'timeout' }],
    ['/long', { delivered: true }],
    ['/ok', { delivered: true }],
  ])('%s', async (path, outcome) => {
    const sender = createWebhookSender({ timeoutMs: 300, allowPrivateTargets: true });
    expect(await sender.send(`http://127.0.0.1:${port}${path}`, 'token')).toEqual(outcome);
    expect(paths).not.toContain('/inside');
    sender.close();
  });

  test('nobody listens, or the name has no address', async () => {
    const sender = createWebhookSender({ timeoutMs: 1000, allowPrivateTargets: true });
    const failure = { delivered: false, failure: 'unreachable' };
    expect(await sender.send('http://127.0.0.1:1/', 'x')).toEqual(failure);
    const nameless = resolving();
    expect(await nameless.send('http://nowhere.example/', 'x')).toEqual(failure);
    sender.close();
    nameless.close();
  });
});
