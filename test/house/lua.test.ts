import { errorTable } from '../../src/core/errors';
import { scriptNames } from '../../src/lua/loadScript';
import { keys } from '../../src/redis/keys';
import {
  firstWrite,
  headerReplies,
  includes,
  indexesOf,
  redisCalls,
  replies,
  scripts,
  type LuaScript,
} from './luaSource';
import { filesUnder } from './projectFiles';

const names = (text: string) => new Set(text.match(/[A-Za-z_]\w*/g));
const included = ({ includes: wanted }: LuaScript) =>
  wanted.flatMap((name) => includes.filter((include) => include.name === name));

test('every script of the folder is one that is loaded', () => {
  const files = filesUnder('src/lua/', '.lua').map(({ path }) => path);
  const own = files.filter((path) => !path.startsWith('src/lua/include/'));
  expect(own).toEqual(scriptNames.map((name) => `src/lua/${name}.lua`).sort());
});

describe.each(scripts.map((script) => [script.name, script] as const))('%s.lua', (_, script) => {
  test.each(['KEYS', 'ARGV'] as const)('the header names every %s the body uses', (table) => {
    const head = indexesOf(script.header, table);
    const body = indexesOf(script.body, table);
    expect(body.fixed).toEqual(head.fixed);
    expect(head.fixed).toEqual(head.fixed.map((_index, i) => i + 1));
    expect(body.open).toBe(head.open);
    if (head.open) expect(head.openFrom).toBe(String(head.fixed.length + 1));
  });

  test('the header gives every key a name of redis/keys.ts and a type', () => {
    expect(script.keys).toHaveLength(indexesOf(script.header, 'KEYS').fixed.length);
    expect(script.keys.filter(({ name }) => !(name in keys))).toEqual([]);
    const types = ['string', 'hash', 'stream', 'zset', 'set', 'list'];
    expect(script.keys.filter(({ type }) => !types.includes(type))).toEqual([]);
  });

  test('a key comes from KEYS, a command is written out, no call is protected', () => {
    const calls = redisCalls(script.body);
    expect(calls.filter(({ command }) => !/^"[A-Z]+"$/.test(command))).toEqual([]);
    const keyed = calls.filter(({ command }) => command !== '"TIME"');
    expect(keyed.filter(({ key }) => !/^KEYS\[\d+\]$/.test(key ?? ''))).toEqual([]);
    expect(script.body).not.toMatch(/redis\.(?:pcall|error_reply)|\berror\(/);
  });

  test('checks above, writes below', () => {
    const start = firstWrite(script);
    const late = replies(script).filter(({ index }) => index > start);
    expect(late.filter(({ words }) => words.join() !== 'OK')).toEqual([]);
    const reads = redisCalls(script.body).filter(({ index, isRead }) => isRead && index > start);
    expect(reads).toEqual([]);
  });

  test('says where its writes begin, or is declared to have none', () => {
    const start = firstWrite(script);
    expect(script.noWrites).toBe(start === script.body.length);
    if (script.noWrites) expect(script.writesFrom).toBe(-1);
    else expect(script.writesFrom).toBeGreaterThan(-1);
    expect(script.writesFrom).toBeLessThan(start);
  });

  test('the header lists every reply, in the order of the body', () => {
    const ends = new Map<string, number>();
    for (const { index, words } of replies(script)) for (const word of words) ends.set(word, index);
    const inOrder = [...ends].sort((one, other) => one[1] - other[1]).map(([word]) => word);
    expect(headerReplies(script)).toEqual(inOrder);
  });

  test('every include is there, is used, and stands before those that use it', () => {
    const missing = script.includes.filter((name) => !includes.some((i) => i.name === name));
    expect(missing).toEqual([]);
    expect(new Set(script.includes).size).toBe(script.includes.length);
    const parts = [...included(script), { name: script.name, code: script.body }];
    const unused = included(script).filter(
      ({ gives }, i) =>
        !parts.slice(i + 1).some(({ code }) => gives.some((name) => names(code).has(name))),
    );
    expect(unused.map(({ name }) => name)).toEqual([]);
    const known = new Set<string>();
    for (const part of parts) {
      const own = includes.find(({ name }) => name === part.name);
      const used = names(part.code);
      const given = includes.flatMap(({ gives }) => gives);
      const early = given.filter((name) => used.has(name) && !known.has(name));
      expect(early.filter((name) => !own?.gives.includes(name))).toEqual([]);
      for (const name of own?.gives ?? []) {
        expect([name, known.has(name)]).toEqual([name, false]);
        known.add(name);
      }
    }
  });
});

describe.each(includes.map((include) => [include.name, include] as const))(
  'include/%s.lua',
  (name, include) => {
    test('holds what its name says: one function of that name, or constants', () => {
      const { functions, code } = include;
      if (functions.length > 0) expect(functions).toEqual([name]);
      // Nothing but declarations stands outside of functions.
      const outside = code.split('\n').filter((line) => /^\S/.test(line));
      expect(outside.filter((line) => !/^(?:local\b|end\b|[)}])/.test(line))).toEqual([]);
    });

    test('begins with what it is', () => {
      expect(include.text).toMatch(/^-- \S/);
    });

    test('is used by a script', () => {
      expect(scripts.some((script) => script.includes.includes(name))).toBe(true);
    });

    test('is given its keys', () => {
      expect(include.code).not.toMatch(/\b(?:KEYS|ARGV)\b/);
      const keyed = redisCalls(include.code).filter(({ command }) => command !== '"TIME"');
      expect(keyed.filter(({ key }) => !/^\w+$/.test(key ?? ''))).toEqual([]);
    });
  },
);

describe('refusals are words', () => {
  const said = new Set(scripts.flatMap((script) => replies(script).flatMap(({ words }) => words)));
  const refusals = [...said].filter((word) => !['OK', 'REPLAYED'].includes(word)).sort();

  test('every word a script refuses with is a reply code of core/errors, and back', () => {
    const codes = Object.entries(errorTable).flatMap(([code, row]) =>
      'reply' in row ? [code] : [],
    );
    expect(refusals).toEqual(codes.sort());
  });

  test('no reply is without a word', () => {
    const silent = scripts.filter((script) => replies(script).some(({ words }) => !words.length));
    expect(silent.map(({ name }) => name)).toEqual([]);
    // What is no table is no reply.
    const others = scripts.filter(({ body }) => /\breturn\s+(?!\{)/.test(body));
    expect(others.map(({ name }) => name)).toEqual([]);
  });
});
