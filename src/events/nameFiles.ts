import type { LookupAddress } from 'node:dns';
import { isIP } from 'node:net';

/*
 * What the files say that the system's own lookup goes by: hosts(5) and resolv.conf(5).
 */

/** How names are asked for. */
export interface ResolverRules {
  /** Addresses of name servers, up to three; none: not said. */
  servers: string[];
  /** Domains in which a name is looked for, in this order. */
  search: string[];
  /** A name with so many dots is looked for as it stands first, one with fewer last; 0..15. */
  dots: number;
}

/** What the system's own lookup takes at most. */
const MAX_SERVERS = 3;
const MAX_DOTS = 15;

/** Addresses of a name in a hosts file, IPv4 first. Letter case does not matter. */
export function addressesInHosts(hosts: string, name: string): LookupAddress[] {
  const found = lines(hosts, /#.*/).flatMap(([address = '', ...names]) =>
    names.some((other) => other.toLowerCase() === name.toLowerCase())
      ? [{ address, family: isIP(address) }]
      : [],
  );
  return found.filter(({ family }) => family !== 0).sort((a, b) => a.family - b.family);
}

/** Reads a resolver file. What is not said has the system's defaults. */
export function parseResolverFile(text: string): ResolverRules {
  const rules: ResolverRules = { servers: [], search: [], dots: 1 };
  for (const [word, ...values] of lines(text, /[#;].*/)) {
    if (word === 'nameserver') rules.servers.push(...values.slice(0, 1));
    if (word === 'search' || word === 'domain') rules.search = values;
    if (word === 'options') rules.dots = dotsOf(values) ?? rules.dots;
  }
  return { ...rules, servers: rules.servers.slice(0, MAX_SERVERS) };
}

function dotsOf(options: readonly string[]): number | undefined {
  const [, number] = options.map((option) => /^ndots:(\d+)$/.exec(option)).find(Boolean) ?? [];
  return number === undefined ? undefined : Math.min(Number(number), MAX_DOTS);
}

/** The full names a name may stand for, in the order in which the system asks for them. */
export function fullNames(name: string, { search, dots }: ResolverRules): string[] {
  if (name.endsWith('.')) return [name];
  const within = search
    .map((domain) => domain.replace(/^\.+|\.+$/g, ''))
    .filter((domain) => domain !== '')
    .map((domain) => `${name}.${domain}`);
  return name.split('.').length > dots ? [name, ...within] : [...within, name];
}

function lines(text: string, comment: RegExp): string[][] {
  return text.split('\n').map((line) => line.replace(comment, '').trim().split(/\s+/));
}
