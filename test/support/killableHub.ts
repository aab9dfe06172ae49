import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';

const root = resolve(__dirname, '../..');

/** What can be killed. */
export const faults = ['hub', 'redis', 'both'] as const;
export type Fault = (typeof faults)[number];

interface ServerRecord {
  pid: number;
  socketPath: string;
}

/** A real hub process on the embedded Redis of a data directory, made to be killed. */
export class KillableHub {
  /** The last lines the hub wrote, for whoever asks why it failed. */
  readonly output: string[] = [];
  private child: ChildProcess | undefined;
  private started: Promise<string> | undefined;

  constructor(
    readonly dataDir: string,
    /** Settings besides those that every such hub has. */
    private readonly settings: Readonly<Record<string, string>> = {},
  ) {}

  /** Starts the hub. Resolves with its URL when it listens. */
  start(): Promise<string> {
    return (this.started = this.spawn());
  }

  /** The URL of the hub that runs, or is being started. */
  async url(): Promise<string> {
    return this.started!;
  }

  private async spawn(): Promise<string> {
    const { PATH, HOME, TMPDIR } = process.env;
    const child = spawn(
      process.execPath,
      ['--import', pathToFileURL(require.resolve('tsx')).href, join(root, 'src/main.ts')],
      {
        // Not in the project: a developer's .env must not reach it.
        cwd: this.dataDir,
        stdio: ['ignore', 'pipe', 'pipe'],
        env: {
          PATH,
          HOME,
          ...(TMPDIR !== undefined && { TMPDIR }),
          TSX_TSCONFIG_PATH: join(root, 'tsconfig.json'),
          PORT: '0',
          DATA_DIR: this.dataDir,
          ...this.settings,
        },
      },
    );
    this.child = child;
    const kill = () => child.kill('SIGKILL');
    process.once('exit', kill);
    child.once('exit', () => process.off('exit', kill));
    child.stderr.on('data', (text: Buffer) => {
      this.keep(text.toString());
    });
    const lines = createInterface({ input: child.stdout });
    const listening = new Promise<string>((resolveUrl) => {
      lines.on('line', (line) => {
        this.keep(line);
        if (!line.startsWith('{')) return;
        const { msg, url } = JSON.parse(line) as { msg?: string; url?: string };
        if (msg === 'listening') resolveUrl(url!);
      });
    });
    const ended = once(child, 'exit').then(([code, signal]) => {
      const last = this.output.slice(-20).join('\n');
      throw new Error(`The hub ended (${String(code ?? signal)}):\n${last}`);
    });
    ended.catch(() => undefined);
    return Promise.race([listening, ended]);
  }

  private keep(text: string): void {
    this.output.push(text);
    if (this.output.length > 200) this.output.shift();
  }

  /** Kills without a warning (SIGKILL), and starts again what does not start itself. */
  async suffer(fault: Fault): Promise<void> {
    const { pid } = this.redis();
    if (fault !== 'hub') process.kill(pid, 'SIGKILL');
    if (fault !== 'redis') {
      const ended = once(this.child!, 'exit');
      this.child!.kill('SIGKILL');
      await ended;
      await this.start();
    }
    await this.ready();
  }

  /** Resolves when the hub says its Redis answers. */
  async ready(): Promise<void> {
    for (;;) {
      const response = await fetch(`${await this.url()}/readyz`);
      await response.arrayBuffer();
      if (response.ok) return;
      await pause(20);
    }
  }

  /** The embedded Redis last started. */
  redis(): ServerRecord {
    const record = readFileSync(join(this.dataDir, 'redis', 'server.json'), 'utf8');
    return JSON.parse(record) as ServerRecord;
  }

  /** Asks the hub to stop; its exit code. */
  async stop(): Promise<number | null> {
    const { child } = this;
    if (!child || child.exitCode !== null || child.signalCode !== null) return null;
    const ended = once(child, 'exit') as Promise<[number | null]>;
    child.kill('SIGTERM');
    const [code] = await ended;
    return code;
  }

  /** Ends all that may still run. */
  end(): void {
    this.child?.kill('SIGKILL');
    try {
      process.kill(this.redis().pid, 'SIGKILL');
    } catch {
      // Stopped already, or never started.
    }
  }
}
