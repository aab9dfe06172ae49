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
  'keepRefusal',
  'saveWebhook',
  'moveCursor',
] as const;
export type ScriptName = (typeof scriptNames)[number];

/** `#!lua` makes Redis 7 check memory, disk and role before a script starts, not in its middle. */
const SHEBANG = '#!lua\n';

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
  const lines = [...includes, text.slice(SHEBANG.length)].join('\n').split('\n');
  return SHEBANG + lines.filter((line) => !/^\s*(--.*)?$/.test(line)).join('\n');
}
