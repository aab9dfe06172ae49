import { isIP, type LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';
import { invalidInput } from '../core/errors';
import { shownUrl } from '../core/shownUrl';
import { MAX_URL_LENGTH } from '../core/webhook';
import type { NameLookup } from './nameLookup';

/** Who may receive events. */
export interface TargetRules {
  /** Also this machine and private networks. */
  allowPrivateTargets: boolean;
  /** Only https. */
  production: boolean;
}

/** Thrown instead of connecting. */
export class NoTargetError extends Error {
  override readonly name = 'NoTargetError';

  /** @param failure what an attempt fails with */
  constructor(readonly failure: 'no address' | 'address refused') {
    super(failure);
  }
}

/**
 * What of IPv4 is not the public internet (IANA, IPv4 special-purpose address registry), and the
 * relays of 6to4, which lead elsewhere.
 */
const SPECIAL_IPV4 = [
  '0.0.0.0/8', // this network
  '10.0.0.0/8', // private
  '100.64.0.0/10', // behind a provider's NAT
  '127.0.0.0/8', // this machine
  '169.254.0.0/16', // link-local: the metadata of clouds
  '172.16.0.0/12', // private
  '192.0.0.0/24', // protocol assignments
  '192.0.2.0/24', // documentation
  '192.88.99.0/24', // 6to4 relays
  '192.168.0.0/16', // private
  '198.18.0.0/15', // benchmarks
  '198.51.100.0/24', // documentation
  '203.0.113.0/24', // documentation
  '224.0.0.0/4', // multicast
  '240.0.0.0/4', // reserved, broadcast
].map((range) => ipaddr.IPv4.parseCIDR(range));

/** All of IPv6 that is given out as unicast (IANA, IPv6 address space): the rest is not public. */
const GLOBAL_IPV6 = ipaddr.IPv6.parseCIDR('2000::/3');

/** What within it is not the public internet (IANA, IPv6 special-purpose address registry). */
const SPECIAL_IPV6 = [
  '2001::/23', // protocol assignments: Teredo, benchmarks, ORCHID
  '2001:db8::/32', // documentation
  '2002::/16', // 6to4: any IPv4 address inside
  '3fff::/20', // documentation
].map((range) => ipaddr.IPv6.parseCIDR(range));

/** NAT64 (RFC 6052): what a network without IPv4 looks names up as. Its end is an IPv4 address. */
const NAT64 = ipaddr.IPv6.parseCIDR('64:ff9b::/96');

/**
 * Whether an address is one of the public internet: not this machine's, not of a private network,
 * no link-local one (where clouds have their metadata), no multicast, none that is not given out.
 * An IPv6 address that stands for an IPv4 one (mapped, NAT64) is judged by that one; other forms
 * with one inside are refused.
 */
export function isPublicAddress(address: string): boolean {
  const plain = address.replace(/^\[|\]$/g, '').replace(/%.*$/, '');
  const version = isIP(plain);
  if (version === 0) return false;
  const parsed = ipaddr.process(version === 6 ? hexadecimal(plain) : plain);
  if (parsed instanceof ipaddr.IPv4) return isPublicIpv4(parsed);
  if (parsed.match(NAT64)) return isPublicIpv4(new ipaddr.IPv4(parsed.toByteArray().slice(12)));
  return parsed.match(GLOBAL_IPV6) && !SPECIAL_IPV6.some((range) => parsed.match(range));
}

/** `ipaddr.js` takes `::8.8.8.8`, which leads nowhere, for `::ffff:8.8.8.8`; not so `::808:808`. */
function hexadecimal(ipv6: string): string {
  return new URL(`http://[${ipv6}]`).hostname.slice(1, -1);
}

function isPublicIpv4(address: ipaddr.IPv4): boolean {
  return !SPECIAL_IPV4.some((range) => address.match(range));
}

/**
 * Checks the URL of a receiver, as far as that can be done without asking for its name's addresses.
 *
 * @returns the URL in its normal form
 * @throws InventoryError INVALID_INPUT
 */
export function parseTargetUrl(text: string, rules: TargetRules, field = 'url'): string {
  const url = text.length <= MAX_URL_LENGTH && URL.canParse(text) ? new URL(text) : undefined;
  const scheme = rules.production ? 'an https:// URL' : 'an https:// or http:// URL';
  const bound = `${scheme} of up to ${MAX_URL_LENGTH} characters without user and fragment`;
  const schemes = rules.production ? ['https:'] : ['https:', 'http:'];
  const shown = shownUrl(text);
  if (!url || !schemes.includes(url.protocol) || url.hostname === '') {
    throw invalidInput(field, shown, bound);
  }
  if (url.username + url.password + url.hash !== '') throw invalidInput(field, shown, bound);
  if (!rules.allowPrivateTargets && isPrivateHost(url.hostname)) {
    throw invalidInput(field, shown, 'an address of the public internet');
  }
  return url.href;
}

function isPrivateHost(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
  if (isIP(host) !== 0) return !isPublicAddress(host);
  return host === 'localhost' || host.endsWith('.localhost');
}

/** Whether connections to a URL's host may be tried: a literal address is never looked up. */
export function mayConnect(url: URL, allowPrivateTargets: boolean): boolean {
  return allowPrivateTargets || !isPrivateHost(url.hostname);
}

/**
 * A lookup for connections, which go to the addresses it gives. Unless private ones are allowed,
 * every address a name has must be public, or none is connected to. So a name can't lead to this
 * machine, whatever its answers are at the moment of the connection.
 */
export function targetLookup(names: NameLookup, allowPrivateTargets: boolean): LookupFunction {
  const mayReceive = (address: string) => allowPrivateTargets || isPublicAddress(address);
  return (hostname, options, done) => {
    void names.addressesOf(hostname).then((addresses) => {
      const [first] = addresses;
      if (!first) {
        done(new NoTargetError('no address'), '', 0);
      } else if (!addresses.every(({ address }) => mayReceive(address))) {
        done(new NoTargetError('address refused'), '', 0);
      } else if (options.all) {
        done(null, [...addresses]);
      } else {
        done(null, first.address, first.family);
      }
    });
  };
}
