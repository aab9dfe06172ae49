import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isPublicAddress, parseTargetUrl } from '../../src/events/targetAddress';
import { createWebhookSender } from '../../src/events/webhookSender';
import { NameServer } from '../support/nameServer';

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
  // Of a range its first and last address.
  test.each([
    ['0.0.0.0', '0.255.255.255'],
    ['10.0.0.0', '10.255.255.255'],
    ['100.64.0.0', '100.127.255.255'],
    ['127.0.0.0', '127.255.255.255'],
    ['169.254.0.0', '169.254.169.254', '169.254.255.255'],
    ['172.16.0.0', '172.31.255.255'],
    ['192.0.0.0', '192.0.0.255'],
    ['192.0.2.0', '192.0.2.255'],
    ['192.88.99.0', '192.88.99.255'],
    ['192.168.0.0', '192.168.255.255'],
    ['198.18.0.0', '198.19.255.255'],
    ['198.51.100.0', '198.51.100.255'],
    ['203.0.113.0', '203.0.113.255'],
    ['224.0.0.0', '239.255.255.255'],
    ['240.0.0.0', '255.255.255.254', '255.255.255.255'],
    // This machine, and an IPv4 address inside: compatible, mapped, translated.
    ['::', '::1', '[::1]', '::127.0.0.1', '::8.8.8.8'],
    ['::ffff:127.0.0.1', '::ffff:10.0.0.1', '::ffff:a9fe:a9fe', '::ffff:0:8.8.8.8'],
    // NAT64 of the private, and that of a network's own.
    ['64:ff9b::7f00:1', '64:ff9b::10.0.0.1', '64:ff9b::a9fe:a9fe', '64:ff9b:1::8.8.8.8'],
    // Discard-only; not given out, which `ipaddr.js` calls unicast.
    ['100::1', '4000::1', '5f00::1', '8000::1', 'e000::1', '1fff:ffff::1'],
    ['fc00::1', 'fd00:ec2::254', 'fdff:ffff::1'],
    ['fe80::1', 'fe80::1%eth0', 'febf::1', 'fec0::1', 'ff02::1', 'ff0e::1'],
    // Teredo, benchmarks, ORCHID, and what else is assigned to protocols.
    ['2001::1', '2001:0:7f00:1::', '2001:2::1', '2001:10::1', '2001:20::1', '2001:1ff:ffff::1'],
    ['2001:db8::1', '2001:db8:ffff::1', '3fff::1', '3fff:fff:ffff::1'],
    ['2002:7f00:1::', '2002:808:808::1'],
    ['no address', '', '127.1', '0x7f.0.0.1', '8', '1.2.3.4.5', '2606:4700::1111::'],
  ])('%s is not public: %s', (...addresses) => {
    for (const address of addresses)
      expect([address, isPublicAddress(address)]).toEqual([address, false]);
  });

  // The neighbours of the ranges above.
  test.each([
    ['1.0.0.0', '9.255.255.255', '11.0.0.0', '100.63.255.255', '100.128.0.0', '126.255.255.255'],
    ['128.0.0.0', '169.253.255.255', '169.255.0.0', '172.15.255.255', '172.32.0.0'],
    ['191.255.255.255', '192.0.1.0', '192.0.3.0', '192.88.98.255', '192.88.100.0'],
    ['192.167.255.255', '192.169.0.0', '198.17.255.255', '198.20.0.0', '198.51.99.255'],
    ['198.51.101.0', '203.0.112.255', '203.0.114.0', '223.255.255.255', '93.184.216.34'],
    ['::ffff:8.8.8.8', '64:ff9b::8.8.8.8', '[2606:4700::1111]', '2606:4700::1111'],
    ['2000::1', '2001:200::1', '2001:db7:ffff::1', '2001:db9::1', '2003::1', '3ffe:ffff::1'],
    ['3fff:1000::1'],
  ])('%s is public: %s', (...addresses) => {
    for (const address of addresses)
      expect([address, isPublicAddress(address)]).toEqual([address, true]);
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

  test.each([
    'https://user:HUSH@shop.example/',
    'https://127.0.0.1/hook?token=HUSH',
    'http://shop.example/?HUSH',
    'https://shop.example/#HUSH',
    'https://user:HUSH@shop example/?HUSH',
    `https://shop.example/?${'HUSH'.repeat(600)}`,
  ])('what may be secret is not shown: %s', (url) => {
    expect(refusalOf(url).message).not.toContain('HUSH');
  });

  test('any port and path are taken; http outside production, private ones when allowed', () => {
    const url = 'https://shop.example:8443/a?b=c';
    expect(parseTargetUrl(url, rules)).toBe(url);
    const open = { allowPrivateTargets: true, production: false };
    expect(parseTargetUrl('http://localhost:1/x', open)).toBe('http://localhost:1/x');
  });
});

describe('sending', () => {
  let names: NameServer;
  beforeAll(async () => {
    names = await new NameServer().start();
  });
  afterAll(() => names.close());

  /** A sender for which every shop's name has some addresses. */
  const resolving = (...addresses: string[]) => {
    names.answer = () => addresses;
    return createWebhookSender({
      timeoutMs: 500,
      allowPrivateTargets: false,
      production: false,
      names: names.sources,
    });
  };
  const refused = { delivered: false, failure: 'address refused' };

  test.each([
    ['this machine', ['127.0.0.1']],
    ['this machine in IPv6', ['::1']],
    ['a public and a private address', ['93.184.216.34', '10.0.0.1']],
    ['the metadata of a cloud', ['169.254.169.254']],
    ['a mapped private address', ['::ffff:192.168.0.1']],
    ['this machine behind NAT64', ['64:ff9b::7f00:1']],
    ['an address nobody was given', ['4000::1']],
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
    const sender = createWebhookSender({
      timeoutMs: 300,
      allowPrivateTargets: true,
      production: false,
    });
    expect(await sender.send(`http://127.0.0.1:${port}${path}`, 'token')).toEqual(outcome);
    expect(paths).not.toContain('/inside');
    sender.close();
  });

  test('in production only https is sent to, whatever was stored before', async () => {
    const seen = paths.length;
    const sender = createWebhookSender({
      timeoutMs: 300,
      allowPrivateTargets: true,
      production: true,
    });
    const failure = { delivered: false, failure: 'not https' };
    expect(await sender.send(`http://127.0.0.1:${port}/plain`, 'token')).toEqual(failure);
    expect(paths).toHaveLength(seen);
    // To the same server in TLS, which it does not speak: it is tried.
    const tried = { delivered: false, failure: 'unreachable' };
    expect(await sender.send(`https://127.0.0.1:${port}/plain`, 'token')).toEqual(tried);
    sender.close();
  });

  test('nobody listens, or the name has no address', async () => {
    const sender = createWebhookSender({
      timeoutMs: 1000,
      allowPrivateTargets: true,
      production: false,
    });
    const failure = { delivered: false, failure: 'unreachable' };
    expect(await sender.send('http://127.0.0.1:1/', 'x')).toEqual(failure);
    const nameless = resolving();
    const noAddress = { delivered: false, failure: 'no address' };
    expect(await nameless.send('http://nowhere.example/', 'x')).toEqual(noAddress);
    sender.close();
    nameless.close();
  });
});
