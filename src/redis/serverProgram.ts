import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { installServer, type InstallOptions } from './serverInstall';

const run = promisify(execFile);

/** A server program that can be run. */
export interface ServerProgram {
  /** Its name on PATH. */
  command: 'redis-server' | 'valkey-server';
  /** As it tells it, as in `7.0.15`. */
  version: string;
}

/** Oldest major version used, for Redis and (by its own numbers) Valkey alike. */
const MIN_MAJOR_VERSION = 7;

/**
 * Looks for `redis-server` and `valkey-server` on PATH.
 * @param environment - where PATH is; default that of this process
 * @returns all that run, new enough or not
 */
export async function findServerPrograms(
  environment?: NodeJS.ProcessEnv,
): Promise<ServerProgram[]> {
  const programs: ServerProgram[] = [];
  for (const command of ['redis-server', 'valkey-server'] as const) {
    try {
      const { stdout } = await run(command, ['--version'], { env: environment, timeout: 20_000 });
      const version = /\bv=(\d+\.\d+\.\d+)/.exec(stdout)?.[1];
      if (version !== undefined) {
        programs.push({ command, version });
      }
    } catch {
      // Not on PATH, or broken: the same to us.
    }
  }
  return programs;
}

/**
 * Finds a server program that is new enough, or installs one with the system's package manager
 * (asking first on a terminal).
 * @throws Error that names the ways out when there is none in the end.
 */
export async function ensureServerProgram(options: InstallOptions): Promise<ServerProgram> {
  const found = newEnough(await findServerPrograms(options.environment));
  if (found !== undefined) {
    return found;
  }
  const failure = await installServer(options);
  const programs = await findServerPrograms(options.environment);
  const installed = newEnough(programs);
  if (installed === undefined) {
    const tooOld = programs.map(({ command, version }) => `${command} ${version} is too old`);
    throw new Error(waysOut([...tooOld, ...(failure === undefined ? [] : [failure])]));
  }
  options.log.info(`Installed ${installed.command} ${installed.version}`);
  return installed;
}

function newEnough(programs: ServerProgram[]): ServerProgram | undefined {
  return programs.find(({ version }) => Number.parseInt(version, 10) >= MIN_MAJOR_VERSION);
}

function waysOut(reasons: string[]): string {
  return [
    'inventory-hub needs Redis 7 or newer (or Valkey), and there is none on this machine' +
      `${reasons.length === 0 ? '' : ` (${reasons.join('; ')})`}. Do one of these:`,
    '  - install Redis 7 or newer, so that redis-server or valkey-server is on PATH',
    '  - set REDIS_URL to a Redis you have, as in REDIS_URL=redis://localhost:6379',
    '  - run everything in containers: docker compose up',
  ].join('\n');
}
