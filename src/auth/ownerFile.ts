import { randomUUID } from 'node:crypto';
import { chmod, link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Folder of the keys that a hub makes for itself, readable by its owner only. */
export function developmentKeysDirectory(dataDir: string): string {
  return join(dataDir, 'development-keys');
}

/**
 * Gives the text of a file that only its owner may read, making it when there is none. It appears
 * whole or not at all, and processes that start at the same instant end with the same text.
 *
 * @param make gives the text of a new file
 * @returns the text, and whether this call made the file
 * @throws Error when the folder cannot be written or the file cannot be read
 */
export async function ensureOwnerFile(
  directory: string,
  name: string,
  make: () => string | Promise<string>,
): Promise<{ text: string; created: boolean }> {
  const path = join(directory, name);
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const existing = await readIfPresent(path);
  const created = existing === undefined && (await createFile(directory, path, await make()));
  const text = existing ?? (await readFile(path, 'utf8'));
  await chmod(path, 0o600);
  return { text, created };
}

/** Gives a file, readable by all, a text that follows from something else; in one step. */
export async function keepDerivedFile(
  directory: string,
  name: string,
  text: string,
): Promise<void> {
  const path = join(directory, name);
  if ((await readIfPresent(path)) === text) return;
  const draft = draftPath(directory);
  await writeFile(draft, text, { flag: 'wx' });
  await rename(draft, path);
}

function draftPath(directory: string): string {
  return join(directory, `${randomUUID()}.draft`);
}

async function readIfPresent(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Gives false when another process was first. */
async function createFile(directory: string, path: string, text: string): Promise<boolean> {
  const draft = draftPath(directory);
  await writeFile(draft, text, { flag: 'wx', mode: 0o600 });
  try {
    // A link fails when its name is taken, where a rename would replace the other process's file.
    await link(draft, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
}
