import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { ServerLog } from './serverLog';

/** How a server program may be installed. All but `log` are for tests. */
export interface InstallOptions {
  log: ServerLog;
  /** Environment of the programs that are run (PATH); default that of this process. */
  environment?: NodeJS.ProcessEnv;
  /** Who runs this; 0 is root. Default the user of this process. */
  userId?: number;
  /** Where a question may be asked; default the terminal, when input and output are one. */
  terminal?: Terminal | undefined;
  /** Directory before the system paths `/usr/sbin` and `/etc`. Default none. */
  systemRoot?: string;
}

/** A person to ask. */
export interface Terminal {
  input: NodeJS.ReadableStream;
  output: NodeJS.WritableStream;
}

interface PackageManager {
  /** The program whose presence shows the manager. */
  command: 'apt-get' | 'dnf' | 'apk' | 'brew';
  /** A shell script; $1 is the system root. */
  script: string;
  needsRoot: boolean;
}

/**
 * Debian starts and enables a service right when its package is installed. A policy-rc.d that
 * answers 101 forbids the start, and the service is disabled afterwards. A Redis package that was
 * there before is not upgraded and its service is left as it is.
 */
const APT_SCRIPT = `
set -e
export DEBIAN_FRONTEND=noninteractive
apt-get update
candidate=$(apt-cache policy redis-server | sed -n 's/^ *Candidate: *\\([0-9]*:\\)\\{0,1\\}//p')
case "$candidate" in
  [1-6].*) echo "this system only offers Redis $candidate" >&2; exit 1 ;;
esac
had_service=no
for unit in etc/init.d/redis-server etc/systemd/system/redis-server.service \\
  lib/systemd/system/redis-server.service usr/lib/systemd/system/redis-server.service; do
  if [ -e "$1/$unit" ]; then had_service=yes; fi
done
policy="$1/usr/sbin/policy-rc.d"
if [ ! -e "$policy" ]; then
  trap 'rm -f "$policy"' EXIT
  trap 'exit 1' HUP INT TERM
  printf '#!/bin/sh\\nexit 101\\n' > "$policy"
  chmod 755 "$policy"
fi
apt-get install -y --no-install-recommends --no-upgrade -o DPkg::Lock::Timeout=120 redis-server
if [ "$had_service" = no ]; then
  if command -v systemctl > /dev/null; then systemctl disable --now redis-server || true; fi
  if command -v update-rc.d > /dev/null; then update-rc.d redis-server disable || true; fi
fi
`;

/** Fedora and Alpine neither start nor enable what they install; Homebrew does not either. */
const PACKAGE_MANAGERS: PackageManager[] = [
  { command: 'apt-get', script: APT_SCRIPT, needsRoot: true },
  { command: 'dnf', script: 'dnf install -y valkey || dnf install -y redis', needsRoot: true },
  {
    command: 'apk',
    script: 'apk add --no-cache valkey || apk add --no-cache redis',
    needsRoot: true,
  },
  { command: 'brew', script: 'brew install redis || brew install valkey', needsRoot: false },
];

/**
 * Installs a Redis or Valkey server with the system's package manager, without a running or
 * enabled service. Asks first on a terminal.
 * @returns why it could not be done; undefined when the package manager says it is done
 */
export async function installServer(options: InstallOptions): Promise<string | undefined> {
  const { environment, log } = options;
  const terminal = 'terminal' in options ? options.terminal : processTerminal();
  const userId = options.userId ?? process.getuid?.() ?? -1;
  const manager = await findManager(environment);
  if (manager === undefined) {
    return 'no apt-get, dnf, apk or brew to install it with';
  }
  const prefix = await privilegePrefix(manager, userId, terminal, environment);
  if (prefix === undefined) {
    return manager.needsRoot
      ? `installing it with ${manager.command} needs root or sudo`
      : `${manager.command} does not work for root`;
  }
  const way = [...prefix, manager.command].join(' ');
  if (terminal !== undefined && !(await agrees(terminal, way))) {
    return 'you chose not to install it';
  }
  log.info(`No Redis found: installing one with ${way} (no service is left running)…`);
  const result = await runShell(
    [...prefix, 'sh', '-c', manager.script, 'sh', options.systemRoot ?? ''],
    environment,
  );
  return result.succeeded
    ? undefined
    : `${manager.command} could not install it: ${result.output.slice(-600).trim()}`;
}

function processTerminal(): Terminal | undefined {
  return process.stdin.isTTY && process.stdout.isTTY
    ? { input: process.stdin, output: process.stdout }
    : undefined;
}

async function findManager(
  environment: NodeJS.ProcessEnv | undefined,
): Promise<PackageManager | undefined> {
  for (const manager of PACKAGE_MANAGERS) {
    if ((await runShell([manager.command, '--version'], environment)).succeeded) {
      return manager;
    }
  }
  return undefined;
}

/** The words before the command that make it root; undefined when there is no way. */
async function privilegePrefix(
  manager: PackageManager,
  userId: number,
  terminal: Terminal | undefined,
  environment: NodeJS.ProcessEnv | undefined,
): Promise<string[] | undefined> {
  if (!manager.needsRoot) {
    return userId === 0 ? undefined : [];
  }
  if (userId === 0) {
    return [];
  }
  if ((await runShell(['sudo', '-n', 'true'], environment)).succeeded) {
    return ['sudo', '-n'];
  }
  const canAsk = terminal !== undefined;
  return canAsk && (await runShell(['sudo', '--version'], environment)).succeeded
    ? ['sudo']
    : undefined;
}

async function agrees(terminal: Terminal, way: string): Promise<boolean> {
  const lines = createInterface({ input: terminal.input, output: terminal.output });
  // Ctrl-C and the end of the input close the question without an answer: that is a no.
  let answer = 'no';
  lines.once('line', (line) => {
    answer = line;
    lines.close();
  });
  const closed = once(lines, 'close');
  lines.setPrompt(
    `inventory-hub needs a Redis server and found none. Install one with ${way}? [Y/n] `,
  );
  lines.prompt();
  await closed;
  return !/^\s*n/i.test(answer);
}

function runShell(
  [program = '', ...words]: string[],
  environment: NodeJS.ProcessEnv | undefined,
): Promise<{ succeeded: boolean; output: string }> {
  return new Promise((resolve) => {
    // sudo asks for a password on the terminal itself, so nothing needs our input.
    const child = spawn(program, words, { env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    const keep = (chunk: Buffer): void => {
      output = (output + chunk.toString()).slice(-10_000);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.once('error', (error) => {
      resolve({ succeeded: false, output: error.message });
    });
    child.once('close', (code) => {
      resolve({ succeeded: code === 0, output });
    });
  });
}
