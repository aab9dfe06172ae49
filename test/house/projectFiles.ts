import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';

/** The repository. */
export const root = resolve(__dirname, '../..');

/** One text file of the project. */
export interface ProjectFile {
  /** From the repository's root. */
  path: string;
  text: string;
  lines: string[];
}

/** Bytes, or text that a tool writes. */
const notRead = /(?:\.(?:png|jpg|ico|gz|rdb|aof|pem|log)|package-lock\.json)$/;

/**
 * Every text file that git keeps or would keep. Walks the folders instead of asking git, so that it
 * also works in a copy without a repository.
 */
export const projectFiles: readonly ProjectFile[] = pathsUnder(root, foldersOfOthers())
  .filter((path) => !notRead.test(path))
  .map((path) => {
    const text = readFileSync(path, 'utf8');
    return { path: relative(root, path), text, lines: text.split('\n') };
  })
  .sort((one, other) => (one.path < other.path ? -1 : 1));

/** The files below a folder (`''`: all) whose names end in one of some extensions. */
export function filesUnder(folder: string, ...extensions: string[]): ProjectFile[] {
  return projectFiles.filter(
    ({ path }) => path.startsWith(folder) && extensions.some((end) => path.endsWith(end)),
  );
}

/** Whether a path from the root is there, as a file or folder. */
export function isThere(path: string): boolean {
  return existsSync(join(root, path));
}

/** The text of a file that must be there. */
export function readProjectFile(path: string): string {
  return readFileSync(join(root, path), 'utf8');
}

/** `path:line: text` of every line that a pattern finds. */
export function findLines(files: readonly ProjectFile[], pattern: RegExp): string[] {
  return files.flatMap(({ path, lines }) =>
    lines.flatMap((line, i) => (pattern.test(line) ? [`${path}:${i + 1}: ${line.trim()}`] : [])),
  );
}

function pathsUnder(directory: string, left: ReadonlySet<string>): string[] {
  return readdirSync(directory, { withFileTypes: true }).flatMap((entry) => {
    const path = join(directory, entry.name);
    if (left.has(path)) return [];
    if (entry.isDirectory()) return pathsUnder(path, left);
    return entry.isFile() ? [path] : [];
  });
}

/** What `.gitignore` names without a pattern, and git's own folder. */
function foldersOfOthers(): ReadonlySet<string> {
  const lines = readFileSync(join(root, '.gitignore'), 'utf8').split('\n');
  const named = lines.filter((line) => line !== '' && !/[*#]/.test(line));
  return new Set(['.git', ...named].map((line) => join(root, line.replace(/\/$/, ''))));
}
