import type { Redis } from 'ioredis';
import type { ScriptName } from '../../src/lua/loadScript';
import { trimLedger } from '../../src/redis/checkpoint';
import * as commands from '../../src/redis/commands';
import { findEntryIds } from '../../src/redis/entrySearch';
import { readHistory } from '../../src/redis/history';
import { keys } from '../../src/redis/keys';
import { buryEvent, parkEvents } from '../../src/redis/undelivered';
import { deleteWebhook, moveCursor, noteAttempt, saveWebhook } from '../../src/redis/webhooks';
import { reindexLowStock } from '../../src/redis/lowStockIndex';
import { restoreItems, restoreOrder } from '../../src/redis/restore';
import { keepRefusal } from '../../src/redis/refusals';
import { firstWrite, includes, indexesOf, scripts } from './luaSource';
import { readProjectFile } from './projectFiles';

type KeyName = keyof typeof keys;

const TENANT = 'tenant';
const page = readProjectFile('docs/reference/keys.md');
const keyNames = Object.keys(keys) as KeyName[];
const patternOf = (name: KeyName) => keys[name](TENANT, '*');

/** The cells of every table row of the page whose first cell is code. */
const rows = [...page.matchAll(/^\| `([^`]+)` +\|(.*)\|$/gm)].map(([, first, rest]) => [
  first!,
  ...rest!.split('|').map((cell) => cell.trim()),
]);

describe('the scripts are called as their headers say', () => {
  const sent = new Map<string, unknown[]>();
  const keyCounts = new Map<string, number>();
  const answer = [Buffer.from('OK'), Buffer.from('1-1'), Buffer.alloc(0)];
  const fake = {
    sadd: () => Promise.resolve(1),
    defineCommand: (name: string, { numberOfKeys }: { numberOfKeys: number }) => {
      keyCounts.set(name, numberOfKeys);
    },
    ...Object.fromEntries(
      scripts.map(({ name }) => [
        `${name}Buffer`,
        (...args: unknown[]) => {
          sent.set(name, args);
          return Promise.resolve(answer);
        },
      ]),
    ),
  } as unknown as Redis;
  const redis = commands.defineScripts(fake);
  const cause = { operation: 'IMPORT' } as const;

  // A new script needs its call here: the compiler says so.
  const calls: Record<ScriptName, () => Promise<unknown>> = {
    postMovement: () =>
      commands.postMovement(redis, {
        tenantId: TENANT,
        lines: [],
        cause,
        settingsRevision: 0,
        retentionMs: 1,
      }),
    saveItems: () => commands.saveItems(redis, { tenantId: TENANT, items: [], cause }),
    deleteItems: () => commands.deleteItems(redis, { tenantId: TENANT, items: [], cause }),
    saveLocation: () => commands.saveLocation(redis, TENANT, { id: 'id', before: '', after: '{}' }),
    saveWebhook: () => saveWebhook(redis, TENANT, { id: '', before: '', after: '{}' }),
    moveCursor: () =>
      moveCursor(redis, TENANT, '', {
        from: '',
        to: '',
        delivered: 0,
        failures: 0,
        succeeded: true,
      }),
    deleteWebhook: () => deleteWebhook(redis, TENANT, ''),
    parkEvents: () => parkEvents(redis, TENANT, '', [{ id: '', text: '' }]),
    buryEvent: () => buryEvent(redis, TENANT, '', { id: '', text: '', failedMs: 0 }),
    noteAttempt: () => noteAttempt(redis, TENANT, '', { lastRetryTookMs: 0 }),
    saveSettings: () => commands.saveSettings(redis, TENANT, 0, '{}'),
    trimLedger: () =>
      trimLedger(redis, { tenantId: TENANT, from: null, through: '1-1', items: [], rows: [] }),
    restoreItems: () => restoreItems(redis, TENANT, []),
    restoreOrder: () =>
      restoreOrder(redis, TENANT, {
        orderId: '',
        was: null,
        movements: [],
        items: [],
        expiresInMs: 0,
      }),
    reindexLowStock: () => reindexLowStock(redis, TENANT, []),
    // The answer is none of this script.
    readHistory: () => readHistory(redis, TENANT, [], { stepsPerItem: 1 }).catch(() => undefined),
    // The answer is none of this script.
    findEntries: () =>
      findEntryIds(redis, TENANT, [{ sequence: 1, fromMs: 0, toMs: 1 }]).catch(() => undefined),
    keepRefusal: () =>
      keepRefusal(redis, TENANT, '', { code: 'UNKNOWN_ITEM', operation: 'SET', lines: [] }),
  };

  test.each(scripts.map((script) => [script.name, script] as const))('%s', async (name, script) => {
    await calls[name]();
    const args = sent.get(name)!;
    expect(keyCounts.get(name)).toBe(script.keys.length);
    const named = script.keys.map((key) => patternOf(key.name as KeyName).replace('*', ''));
    expect(args.slice(0, script.keys.length)).toEqual(named);
    const fixed = indexesOf(script.header, 'ARGV').fixed;
    expect(args).toHaveLength(script.keys.length + fixed.length);
  });
});

describe('docs/reference/keys.md', () => {
  const keyRows = rows.filter(([pattern]) => pattern!.startsWith('{tenant}'));

  test('names every key of redis/keys.ts, and no other', () => {
    const named = keyRows.map(([pattern]) => pattern!.replace(/<[^>]+>/, '*'));
    expect(named.sort()).toEqual(keyNames.map(patternOf).sort());
  });

  test('gives every key the type that redis/keys.ts and the scripts say', () => {
    const source = readProjectFile('src/redis/keys.ts');
    for (const name of keyNames) {
      const type = new RegExp(`/\\*\\* (\\w+)[^/]*\\*/\\s+${name}:`).exec(source)?.[1];
      const row = keyRows.find(([pattern]) => pattern!.replace(/<[^>]+>/, '*') === patternOf(name));
      expect([name, row?.[1]]).toEqual([name, type]);
      const said = scripts.flatMap((script) => script.keys.filter((key) => key.name === name));
      for (const key of said) expect([name, key.type]).toEqual([name, type]);
    }
  });

  test('says which scripts write a key', () => {
    for (const name of keyNames) {
      const row = keyRows.find(([pattern]) => pattern!.replace(/<[^>]+>/, '*') === patternOf(name));
      const owners = scripts.filter(
        (script) =>
          firstWrite(script) < script.body.length &&
          script.keys.some((key) => key.name === name && !key.onlyRead),
      );
      const named = [...row![2]!.matchAll(/`(\w+)`/g)].map(([, owner]) => owner!);
      expect([name, named.sort()]).toEqual([name, owners.map((owner) => owner.name).sort()]);
    }
  });

  const SIZES: Readonly<Record<string, number>> = { B: 1, c: 1 };
  const layouts = [
    ...page.matchAll(/^Format `<(\w+)`, (\d+) bytes?\.[^]*?\n\n((?:\|.*\n)+)/gm),
  ].map(([, format, bytes, table]) => ({
    format: format!,
    bytes: Number(bytes),
    fields: [...table!.matchAll(/^\| +(\d+) +\| +(\d+) +\| `(\w+)` +\|/gm)].map((cells) => ({
      offset: Number(cells[1]),
      bytes: Number(cells[2]),
      format: cells[3]!,
    })),
  }));
  const code = [...includes, ...scripts.map(({ body }) => ({ code: body }))];
  const formats = [
    ...new Set(code.flatMap((part) => [...part.code.matchAll(/"<(\w+)"/g)].map(([, f]) => f!))),
  ];

  test.each(layouts.map((layout) => [layout.format, layout] as const))(
    'the table of %s adds up',
    (format, { fields, bytes }) => {
      expect(fields.map((field) => field.format).join('')).toBe(format);
      let offset = 0;
      for (const field of fields) {
        const size = /\d+$/.exec(field.format)?.[0] ?? SIZES[field.format];
        expect([field.offset, field.bytes]).toEqual([offset, Number(size)]);
        offset += field.bytes;
      }
      expect(offset).toBe(bytes);
    },
  );

  test('lays out every struct format of the scripts, and no other', () => {
    // A script may open a part of a layout.
    const unsaid = formats.filter((format) => !layouts.some((l) => l.format.includes(format)));
    expect(unsaid).toEqual([]);
    const unknown = layouts.filter(({ format }) => !formats.includes(format));
    expect(unknown.map(({ format }) => format)).toEqual([]);
  });
});
