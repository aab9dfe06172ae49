import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** What a script did. */
export interface ScriptRun {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** A small repository with the real scripts and stand-ins for the tools they run. */
export interface FixtureRepository {
  path(...parts: string[]): string;
  write(path: string, text: string): void;
  read(path: string): string;
  /** Runs `scripts/<name>.mjs` to its end. */
  run(name: string, words?: string[], environment?: NodeJS.ProcessEnv): Promise<ScriptRun>;
  /** Starts `scripts/<name>.mjs`. */
  spawn(name: string, environment?: NodeJS.ProcessEnv): ChildProcess;
  /** The stand-ins that ran so far, with their arguments; forgets them. */
  takeCalls(): string[];
  remove(): void;
}

/** Notes its call and copies the source as it is; `COMPILER=hang` waits until it is orphaned. */
const COMPILER = `
const { appendFileSync, cpSync } = require('node:fs');
appendFileSync('calls', 'tsc ' + process.argv.slice(2, 4).join(' ') + '\\n');
const target = process.argv.indexOf('--outDir') + 1;
if (target > 0) cpSync('src/main.ts', process.argv[target] + '/main.js');
const parent = process.ppid;
const endOrphan = () => process.ppid === parent || process.exit();
if (process.env.COMPILER === 'hang') setInterval(endOrphan, 20);
if (process.env.COMPILER === 'fail') { console.log('error TS1: nonsense'); process.exitCode = 2; }
`;

/** Notes its call and writes RESULT where Jest would. */
const JEST = `
const { appendFileSync, writeFileSync } = require('node:fs');
appendFileSync('calls', 'jest ' + process.argv.slice(4).join(' ') + '\\n');
const [, file] = process.argv.find((word) => word.startsWith('--outputFile=')).split('=');
if (process.env.RESULT) writeFileSync(file, process.env.RESULT);
process.exitCode = Number(process.env.JEST_CODE ?? 0);
`;

/** Notes its call and fails when FAIL names it. */
const checker = (name: string): string => `
require('node:fs').appendFileSync('calls', '${name} ' + process.argv.slice(2).join(' ') + '\\n');
process.exitCode = process.env.FAIL === '${name}' ? 1 : 0;
`;

const TOOLS = {
  'typescript/bin/tsc': COMPILER,
  'jest/bin/jest.js': JEST,
  'eslint/bin/eslint.js': checker('eslint'),
  'prettier/bin/prettier.cjs': checker('prettier'),
};

/** Makes a fixture repository without `node_modules`. */
export async function makeFixtureRepository(): Promise<FixtureRepository> {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'inventory-hub-repository-')));
  const path = (...parts: string[]): string => join(root, ...parts);
  const write = (file: string, text: string): void => {
    mkdirSync(dirname(path(file)), { recursive: true });
    writeFileSync(path(file), text);
  };
  cpSync(join(__dirname, '../../scripts'), path('scripts'), { recursive: true });
  const devDependencies: Record<string, string> = {};
  for (const [file, text] of Object.entries(TOOLS)) {
    const name = file.split('/', 1)[0]!;
    devDependencies[name] = `file:tools/${name}`;
    write(`tools/${name}/package.json`, JSON.stringify({ name, version: '1.0.0' }));
    write(`tools/${file}`, text);
  }
  write('package.json', JSON.stringify({ name: 'fixture', version: '1.0.0', devDependencies }));
  write('tsconfig.json', '{}');
  write('tsconfig.build.json', '{}');
  write('src/main.ts', 'console.log("main runs");');
  write('src/lua/post.lua', 'return 1');
  const environmentWith = (more: NodeJS.ProcessEnv): NodeJS.ProcessEnv => ({
    ...process.env,
    npm_execpath: '',
    ...more,
  });
  const start = (program: string, words: string[], environment: NodeJS.ProcessEnv): ChildProcess =>
    spawn(program, words, { cwd: root, env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
  const lock = start('npm', ['install', '--package-lock-only', '--offline'], environmentWith({}));
  await once(lock, 'exit');
  return {
    path,
    write,
    read: (file) => readFileSync(path(file), 'utf8'),
    run: (name, words = [], environment = {}) =>
      resultOf(
        start(process.execPath, [`scripts/${name}.mjs`, ...words], environmentWith(environment)),
      ),
    spawn: (name, environment = {}) =>
      start(process.execPath, [`scripts/${name}.mjs`], environmentWith(environment)),
    takeCalls: () => {
      const calls = existsSync(path('calls')) ? readFileSync(path('calls'), 'utf8') : '';
      rmSync(path('calls'), { force: true });
      return calls.split('\n').slice(0, -1);
    },
    remove: () => {
      rmSync(root, { recursive: true, force: true });
    },
  };
}

/** Waits for the end of a script and tells what it did. */
export async function resultOf(child: ChildProcess): Promise<ScriptRun> {
  let stdout = '';
  let stderr = '';
  child.stdout?.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, stdout, stderr };
}
