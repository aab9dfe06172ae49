import type { LookupAddress } from 'node:dns';
import { Resolver } from 'node:dns/promises';
import { readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { addressesInHosts, fullNames, parseResolverFile, type ResolverRules } from './nameFiles';

/** How long an answer is gone by, also that there is none, ms. */
const KEPT_MS = 1000;

/** Part of an attempt that its lookup may take: its failure is told from that of the receiver. */
const LOOKUP_SHARE = 0.8;

/** Part of a lookup for which addresses of one kind wait for those of the other. */
const OTHER_KIND_SHARE = 0.25;

/** A name server is asked twice, and is given twice as long the second time. */
const TRIES = 2;
const ROUNDS = 3;

/** How c-ares says that nobody answered: the name may well exist. */
const NO_ANSWER = new Set(['ETIMEOUT', 'ECONNREFUSED', 'ECANCELLED']);

const LOOPBACK: readonly LookupAddress[] = [
  { address: '127.0.0.1', family: 4 },
  { address: '::1', family: 6 },
];

/** Where names are looked up. */
export interface NameSources {
  /** Path; default `/etc/hosts`. One that is not there names nothing. */
  hostsFile?: string;
  /** Path; default `/etc/resolv.conf`. When it names no server, the system's are asked. */
  resolverFile?: string;
}

/** Finds addresses of names, each apart from all others. */
export interface NameLookup {
  /**
   * All addresses, IPv4 first; empty: it has none, or nobody said so in time. Never throws. Calls
   * for one name share its lookup, and go by its outcome for a second.
   */
  addressesOf(hostname: string): Promise<readonly LookupAddress[]>;
  /** Ends lookups that run. */
  close(): void;
}

/**
 * Looks names up as the system does, in the hosts file and then in DNS with the search domains. But
 * not through its `getaddrinfo`: that holds a thread of a few until an answer comes, so that names
 * whose servers are silent would hold up all others.
 *
 * @param attemptMs how long an attempt takes at most, its lookup included, ms
 */
export function createNameLookup(attemptMs: number, sources: NameSources = {}): NameLookup {
  const { hostsFile = '/etc/hosts', resolverFile = '/etc/resolv.conf' } = sources;
  const limitMs = LOOKUP_SHARE * attemptMs;
  const known = new Map<string, Promise<readonly LookupAddress[]>>();
  let current: { text: string; rules: ResolverRules; resolver: Resolver } | undefined;

  /** A changed file has a resolver of its own; lookups that run keep theirs. */
  async function resolverNow() {
    const text = await textOf(resolverFile);
    if (current?.text === text) return current;
    const rules = parseResolverFile(text);
    current = { text, rules, resolver: openResolver(rules, limitMs) };
    return current;
  }

  async function lookUp(hostname: string): Promise<readonly LookupAddress[]> {
    const name = hostname.replace(/\.$/, '');
    const inFile = addressesInHosts(await textOf(hostsFile), name);
    if (inFile.length > 0) return inFile;
    // RFC 6761: never asked of DNS.
    if (/^(?:.+\.)?localhost$/i.test(name)) return LOOPBACK;
    const { rules, resolver } = await resolverNow();
    return askFor(fullNames(hostname, rules), resolver, OTHER_KIND_SHARE * limitMs);
  }

  return {
    addressesOf: (hostname) => {
      let found = known.get(hostname);
      if (!found) {
        found = within(limitMs, lookUp(hostname));
        known.set(hostname, found);
        void found.then(() => {
          setTimeout(() => known.delete(hostname), KEPT_MS).unref();
        });
      }
      return found;
    },
    close: () => current?.resolver.cancel(),
  };
}

/** The addresses of the first of some names that has any. */
async function askFor(
  names: readonly string[],
  resolver: Resolver,
  otherKindMs: number,
): Promise<LookupAddress[]> {
  for (const name of names) {
    const [four, six] = await settleSoon(
      resolver.resolve4(name),
      resolver.resolve6(name),
      otherKindMs,
    );
    const found = [...addressesOf(four, 4), ...addressesOf(six, 6)];
    // Who did not answer may have the name: what another domain has would be somebody else.
    if (found.length > 0 || [four, six].some(isUnanswered)) return found;
  }
  return [];
}

/** How two questions end; one without an answer so long after the other had one: without. */
async function settleSoon(four: Promise<string[]>, six: Promise<string[]>, otherKindMs: number) {
  const late = Promise.any([four, six]).then(async () => {
    await pause(otherKindMs, undefined, { ref: false });
    throw new Error('The other kind of address has no answer');
  });
  return Promise.allSettled([Promise.race([four, late]), Promise.race([six, late])]);
}

function addressesOf(answer: PromiseSettledResult<string[]>, family: number): LookupAddress[] {
  if (answer.status === 'rejected') return [];
  return answer.value.map((address) => ({ address, family }));
}

function isUnanswered(answer: PromiseSettledResult<string[]>): boolean {
  if (answer.status === 'fulfilled') return false;
  return NO_ANSWER.has(String((answer.reason as NodeJS.ErrnoException).code));
}

/** A resolver whose slowest lookup of a name takes so long, whatever its servers do. */
function openResolver({ servers }: ResolverRules, limitMs: number): Resolver {
  const timeout = Math.ceil(limitMs / ROUNDS / Math.max(1, servers.length));
  const resolver = new Resolver({ timeout, tries: TRIES });
  try {
    if (servers.length > 0) resolver.setServers(servers);
  } catch {
    // Not addresses: c-ares reads the file in its own way.
  }
  return resolver;
}

/** What is found in time; else nothing. */
async function within(
  limitMs: number,
  found: Promise<readonly LookupAddress[]>,
): Promise<readonly LookupAddress[]> {
  const inTime = new AbortController();
  const late = pause(limitMs, [], { signal: inTime.signal, ref: false }).catch(() => []);
  const outcome = await Promise.race([found.catch(() => []), late]);
  inTime.abort();
  return outcome;
}

/** A file's text; empty: it can't be read. */
async function textOf(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => '');
}
