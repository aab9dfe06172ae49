import { includesOf, readScript, scriptNames, type ScriptName } from '../../src/lua/loadScript';
import { filesUnder } from './projectFiles';

/** Commands that change nothing; every other one counts as a write. */
const READS = new Set([
  'TIME',
  'GET',
  'MGET',
  'HGET',
  'HMGET',
  'HEXISTS',
  'HLEN',
  'EXISTS',
  'XRANGE',
  'XREVRANGE',
  'ZCARD',
  'ZRANGE',
  'ZSCORE',
]);

/** A file of `src/lua/include`. */
export interface LuaInclude {
  name: string;
  text: string;
  /** Without comments. */
  code: string;
  functions: string[];
  /** Names it gives to those after it: its functions and its outer locals. */
  gives: string[];
}

/** One `KEYS[n]` of a script's header. */
export interface HeaderKey {
  name: string;
  type: string;
  /** Whether the script says that it writes nothing there. */
  onlyRead: boolean;
}

/** A script of `src/lua`. */
export interface LuaScript {
  name: ScriptName;
  header: string;
  /** What follows the header, without comments. */
  body: string;
  includes: string[];
  keys: HeaderKey[];
  /** Whether it is declared to write nothing. */
  noWrites: boolean;
  /** Where its line `-- Writes.` stands in the body; -1: it has none. */
  writesFrom: number;
}

export const includes: readonly LuaInclude[] = filesUnder('src/lua/include/', '.lua').map(
  ({ path, text }) => {
    const code = withoutComments(text);
    const functions = [...code.matchAll(/^local function (\w+)/gm)].map(([, name]) => name!);
    const locals = [...code.matchAll(/^local (?!function\b)([\w, ]+?) *=/gm)].flatMap(([, names]) =>
      names!.split(/, */),
    );
    const name = path.replace(/^.*\/(.+)\.lua$/, '$1');
    return { name, text, code, functions, gives: [...functions, ...locals] };
  },
);

export const scripts: readonly LuaScript[] = scriptNames.map((name) => {
  const text = readScript(name);
  const header = /^(?:(?:#!lua.*|--.*)\n)+/.exec(text)?.[0] ?? '';
  const keys = [...header.matchAll(/^-- KEYS\[\d+\] (\w+) +(\w+) +(.*)$/gm)].map(
    ([, key, type, what]) => ({ name: key!, type: type!, onlyRead: what!.startsWith('only read') }),
  );
  const [checks, ...rest] = text.slice(header.length).split(/^-- Writes\./m);
  const body = withoutComments(text.slice(header.length));
  return {
    name,
    header,
    body,
    includes: includesOf(text),
    keys,
    noWrites: header.startsWith('#!lua flags=no-writes\n'),
    writesFrom: rest.length === 1 ? withoutComments(checks!).length : -1,
  };
});

/** Lua without its comments. No string of ours holds `--`. */
function withoutComments(text: string): string {
  return text.replace(/--.*$/gm, '');
}

/** The indexes written as numbers, and whether any is computed (`[9..]` counts as that). */
export function indexesOf(text: string, table: 'KEYS' | 'ARGV') {
  const written = [...text.matchAll(new RegExp(`\\b${table}\\[([^\\]]*)\\]`, 'g'))];
  const texts = [...new Set(written.map(([, index]) => index!.trim()))];
  const fixed = texts.filter((index) => /^\d+$/.test(index)).map(Number);
  return {
    fixed: fixed.sort((a, b) => a - b),
    open: texts.some((index) => !/^\d+$/.test(index)),
    openFrom: texts.map((index) => /^(\d+)\.\.$/.exec(index)?.[1]).find(Boolean),
  };
}

/** Every `redis.call` of some code: where it stands, its command and its first argument. */
export function redisCalls(code: string) {
  return [...code.matchAll(/redis\.call\(\s*([^,)]+)(?:,\s*([^,)]+))?/g)].map(
    ({ index, 1: command, 2: key }) => ({
      index,
      command: command!.trim(),
      key: key?.trim(),
      isRead: READS.has(command!.trim().replaceAll('"', '')),
    }),
  );
}

/** Where a script first writes: by a command of its own, or by an include that writes. */
export function firstWrite({ body, includes: names }: LuaScript): number {
  const own = redisCalls(body).filter(({ isRead }) => !isRead);
  const writers = includes
    .filter(({ name, code }) => names.includes(name) && redisCalls(code).some((c) => !c.isRead))
    .flatMap(({ functions }) => functions);
  const calls = writers.map((name) => body.search(new RegExp(`\\b${name}\\(`)));
  const places = [...own.map(({ index }) => index), ...calls.filter((place) => place >= 0)];
  return places.length === 0 ? body.length : Math.min(...places);
}

/** Every `return { … }` of a script: where it stands and the words its first value can be. */
export function replies({ body }: LuaScript): { index: number; words: string[] }[] {
  return [...body.matchAll(/\breturn\s*\{\s*([^,}]*)/g)].map(({ index, 1: first }) => ({
    index,
    words: [...first!.matchAll(/"([A-Z_]+)"/g)].map(([, word]) => word!),
  }));
}

/** The reply words of a script's header, in their order. */
export function headerReplies({ header }: LuaScript): string[] {
  return [...header.matchAll(/^-- +\{"([A-Z_]+)"/gm)].map(([, word]) => word!);
}
