import { lookup as systemLookup, type LookupAddress } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';
import { invalidInput } from '../core/errors';
import { MAX_URL_LENGTH } from '../core/webhook';

/** Who may receive events. */
export interface TargetRules {
  /** Also this machine and private networks. */
  allowPrivateTargets: boolean;
  /** Only https. */
  production: boolean;
}

/** Asks for all addresses of a name, as `dns.lookup` does. */
export type AllLookup = (
  hostname: string,
  done: (error: Error | null, addresses: LookupAddress[]) => void,
) => void;

/** Thrown instead of connecting to an address that may not receive events. */
export class RefusedAddressError extends Error {
  override readonly name = 'RefusedAddressError';

  constructor() {
    super('The address may not receive events');
  }
}

/**
 * Whether an address is one of the public internet: not this machine's, not of a private network,
 * no link-local one (where clouds have their metadata), no multicast, none with another inside.
 */
export function isPublicAddress(address: string): boolean {
  const plain = address.replace(/^\[|\]$/g, '').replace(/%.*$/, '');
  if (!ipaddr.isValid(plain)) return false;
  return ipaddr.process(plain).range() === 'unicast';
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
  // What stands before an @ may be a secret: it is not shown.
  const shown = text.replace(/:\/\/.*@/s, '://…@');
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
 * A lookup for connections: every address a name has must be public, or none is connected to. So
 * a name can't lead to this machine, whatever its answers are at the moment of the connection.
 */
export function publicLookup(lookup: AllLookup = lookUpAll): LookupFunction {
  return (hostname, options, done) => {
    lookup(hostname, (error, addresses) => {
      const [first] = addresses;
      if (error || !first) {
        done(error ?? new Error('The name has no address'), '', 0);
      } else if (!addresses.every(({ address }) => isPublicAddress(address))) {
        done(new RefusedAddressError(), '', 0);
      } else if (options.all) {
        done(null, addresses);
      } else {
        done(null, first.address, first.family);
      }
    });
  };
}

function lookUpAll(hostname: string, done: (error: Error | null, all: LookupAddress[]) => void) {
  systemLookup(hostname, { all: true }, (error, addresses) => {
    done(error, error ? [] : addresses);
  });
}
