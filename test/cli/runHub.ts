import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { runCommand } from '../../src/cli/program';
import { testRedisSocket } from '../support/redis';

const MAIN = join(__dirname, '..', '..', 'src', 'cli', 'main.ts');

/** What a command did. */
export interface Ran {
  exitCode: number | null;
  stdout: string;
  stderr: string;
}

/** A directory of a test file's own, removed after its tests, with the commands that run in it. */
export interface CommandPlace {
  path(name: string): string;
  write(name: string, content: string | Buffer): string;
  read(name: string): string;
  env(more?: Record<string, string>): Record<string, string>;
  /** Runs a command in this process. */
  run(words: readonly string[], env?: Record<string, string>): Promise<Ran>;
  /** Starts a command as a process of its own. */
  start(words: readonly string[], env?: Record<string, string>): StartedCommand;
}

/** A command that runs as a process of its own. */
export interface StartedCommand {
  child: ChildProcess;
  ended: Promise<Ran>;
}

/** Call it outside of tests. The commands use the private Redis of this Jest run. */
export function commandPlace(): CommandPlace {
  const directory = mkdtempSync(join(tmpdir(), 'inventory-hub-cli-'));
  afterAll(() => {
    rmSync(directory, { recursive: true, force: true });
  });
  const path = (name: string) => join(directory, name);
  const envOf = (more: Record<string, string> = {}) => ({
    REDIS_URL: testRedisSocket(),
    DATA_DIR: path('data'),
    NODE_ENV: 'test',
    REDIS_COMMAND_TIMEOUT_MS: '10000',
    ...more,
  });
  return {
    path,
    write: (name, content) => {
      writeFileSync(path(name), content);
      return path(name);
    },
    read: (name) => readFileSync(path(name), 'utf8'),
    env: envOf,
    run: async (words, more) => {
      const [stdout, stderr] = [collector(), collector()];
      const line = { stdout: stdout.stream, stderr: stderr.stream, env: envOf(more) };
      const exitCode = await runCommand(words, line);
      return { exitCode, stdout: stdout.text(), stderr: stderr.text() };
    },
    start: (words, more) => startProcess(words, { ...process.env, ...envOf(more) }),
  };
}

function collector() {
  const chunks: string[] = [];
  const stream = new Writable({
    decodeStrings: false,
    write: (chunk, _encoding, done) => {
      chunks.push(String(chunk));
      done();
    },
  });
  return { stream, text: () => chunks.join('') };
}

function startProcess(words: readonly string[], env: NodeJS.ProcessEnv): StartedCommand {
  const child = spawn(process.execPath, ['--import', 'tsx', MAIN, ...words], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const ended = once(child, 'close').then(([exitCode]) => ({
    exitCode: exitCode as number | null,
    stdout,
    stderr,
  }));
  return { child, ended };
}
