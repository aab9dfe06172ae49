import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The scripts of this folder, by file name without `.lua`. */
export const scriptNames = [
  'postMovement',
  'saveItems',
  'deleteItems',
  'saveLocation',
  'saveSettings',
  'trimLedger',
  'restoreItems',
  'restoreOrder',
  'reindexLowStock',
  'readHistory',
  'findEntries',
  'keepRefusal',
  'saveWebhook',
  'deleteWebhook',
  'moveCursor',
  'parkEvents',
  'buryEvent',
  'noteAttempt',
] as const;
export type ScriptName = (typeof scriptNames)[number];

/**
 * The first line: `#!lua` makes Redis 7 check memory, disk and role before a script starts, not in
 * its middle. A script that only reads has `flags=no-writes`: it runs also when memory is full.
 */
const SHEBANG = /^#!lua(?: flags=no-writes)?\n/;

/** The includes a script's header names in its `@include` lines, in that order. */
export function includesOf(text: string): string[] {
  return [...text.matchAll(/^-- @include (.+)$/gm)].flatMap(([, names]) =>
    names!.trim().split(/ +/),
  );
}

/** A script's own text, as in its file. */
export function readScript(name: ScriptName): string {
  return readFileSync(join(__dirname, `${name}.lua`), 'utf8');
}

/**
 * A script ready for Redis: its includes in front of it, comments taken out.
 *
 * @throws Error when the script or one of its includes has no file
 */
export function loadScript(name: ScriptName): string {
  const text = readScript(name);
  const includes = includesOf(text).map((include) =>
    readFileSync(join(__dirname, 'include', `${include}.lua`), 'utf8'),
  );
  const [shebang = ''] = SHEBANG.exec(text) ?? [];
  const lines = [...includes, text.slice(shebang.length)].join('\n').split('\n');
  return shebang + lines.filter((line) => !/^\s*(--.*)?$/.test(line)).join('\n');
}
