import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { withPrepareLock } from './prepareLock.mjs';
import { runProgram } from './runProgram.mjs';

/** The repository. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)));

const modules = join(root, 'node_modules');
const installStamp = join(modules, '.inventory-hub-installed');
const dist = join(root, 'dist');
const buildStamp = join(dist, '.built-from');

/**
 * Does what must be done before anything of ours can run: checks Node, installs the dependencies
 * and builds `dist`, each only when missing or stale. Tells its steps on stderr. Ends the process
 * with code 1 and the reason when a step fails.
 * @param {{ build?: boolean, quiet?: boolean, lastWords?: string }} [options] `build` (default
 * true): also build; `lastWords`: a line for stdout when a step fails
 */
export async function prepare({ build = true, quiet = false, lastWords } = {}) {
  const tell = quiet ? () => {} : (text) => process.stderr.write(`${text}\n`);
  try {
    checkNode();
    if (needsInstall() || (build && needsBuild())) {
      const onWait = () => tell('Another process prepares this repository; waiting for it…');
      await withPrepareLock(root, onWait, async () => {
        // Looked at again: the process we waited for may have done it.
        if (needsInstall()) {
          await install(tell);
        }
        if (build && needsBuild()) {
          await buildDist(tell);
        }
      });
    }
  } catch (error) {
    process.stderr.write(`${error.message}\n`);
    if (lastWords !== undefined) {
      process.stdout.write(`${lastWords}\n`);
    }
    process.exit(1);
  }
}

/** Node versions that can `require` ES modules without a flag, which jose needs. */
function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  const isFit = major > 22 || (major === 22 && minor >= 12) || (major === 20 && minor >= 19);
  if (!isFit) {
    throw new Error(
      `inventory-hub needs Node 20.19 or newer (22.12 or newer of 22), and this is Node ` +
        `${process.versions.node}. Install a newer Node and try again.`,
    );
  }
}

function needsInstall() {
  if (readText(installStamp) === installKey()) {
    return false;
  }
  if (!isInstalledByHand()) {
    return true;
  }
  writeFileSync(installStamp, installKey());
  return false;
}

/** Packages with programs of the machine inside don't fit another one that shares the files. */
function installKey() {
  const lock = readFileSync(join(root, 'package-lock.json'));
  return hashOf([lock, `${process.platform} ${process.arch}`]);
}

/** Whether a developer's own `npm install` left exactly what the lock file asks for. */
function isInstalledByHand() {
  const installed = readJson(join(modules, '.package-lock.json'))?.packages;
  if (installed === undefined) {
    return false;
  }
  const wanted = Object.entries(readJson(join(root, 'package-lock.json')).packages);
  return wanted.every(([path, { version, integrity, optional }]) => {
    const found = installed[path];
    return path === '' || found === undefined
      ? path === '' || optional === true
      : found.version === version && found.integrity === integrity;
  });
}

async function install(tell) {
  tell('Installing dependencies (npm ci)…');
  // Under `npm start` this is the very npm that runs us.
  const npm = process.env.npm_execpath?.endsWith('.js')
    ? [process.execPath, process.env.npm_execpath]
    : ['npm'];
  const { code, output } = await runProgram([...npm, 'ci', '--include=dev'], { cwd: root });
  if (code !== 0) {
    throw new Error(`${output.trimEnd()}\nnpm ci failed: the dependencies are not installed.`);
  }
  writeFileSync(installStamp, installKey());
}

function needsBuild() {
  return readText(buildStamp) !== sourceKey();
}

function sourceKey() {
  const files = [
    ...filesUnder(join(root, 'src')),
    join(root, 'tsconfig.json'),
    join(root, 'tsconfig.build.json'),
    join(root, 'package-lock.json'),
  ];
  return hashOf(files.flatMap((file) => [file.slice(root.length), readFileSync(file)]));
}

/** Builds beside and puts the result in place at once: no reader ever sees half a build. */
async function buildDist(tell) {
  tell('Building…');
  const key = sourceKey();
  const cache = join(modules, '.cache', 'inventory-hub');
  removeOld(cache);
  // A place of its own: the compiler of a build that was killed may still be writing to another.
  const staging = join(cache, `${process.pid}-${Date.now()}`);
  const next = join(staging, 'next');
  mkdirSync(next, { recursive: true });
  const compiler = join(modules, 'typescript', 'bin', 'tsc');
  const { code, output } = await runProgram(
    [process.execPath, compiler, '-p', 'tsconfig.build.json', '--outDir', next],
    { cwd: root },
  );
  if (code !== 0) {
    throw new Error(`${output.trimEnd()}\nThe build failed.`);
  }
  const source = join(root, 'src');
  for (const file of filesUnder(source).filter((path) => /\.(?:lua|graphql)$/.test(path))) {
    cpSync(file, join(next, file.slice(source.length)));
  }
  writeFileSync(join(next, '.built-from'), key);
  putInPlace(next, staging);
  removeOld(staging);
}

function removeOld(directory) {
  try {
    rmSync(directory, { recursive: true, force: true });
  } catch {
    // In use: the next build tries again.
  }
}

function putInPlace(next, staging) {
  try {
    if (existsSync(dist)) {
      renameSync(dist, join(staging, 'previous'));
    }
    renameSync(next, dist);
  } catch (error) {
    if (error.code !== 'EXDEV') {
      throw error;
    }
    // node_modules on a volume of its own. The stamp goes last: without it the build is redone.
    rmSync(dist, { recursive: true, force: true });
    cpSync(next, dist, { recursive: true, filter: (path) => !path.endsWith('.built-from') });
    cpSync(join(next, '.built-from'), buildStamp);
  }
}

/** All files under a directory, in an order that never changes. */
function filesUnder(directory) {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .sort();
}

function hashOf(parts) {
  const hash = createHash('sha256');
  for (const part of parts) {
    hash.update(part).update('\0');
  }
  return hash.digest('hex');
}

function readText(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

function readJson(file) {
  const text = readText(file);
  return text === undefined ? undefined : JSON.parse(text);
}
