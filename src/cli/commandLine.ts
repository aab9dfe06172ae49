import { loadConfig, type Config } from '../config';
import type { InventoryDeps } from '../inventory/deps';
import { openInventory, type OpenInventory } from '../inventory/openInventory';

/** Where a command writes; a terminal or not. */
export type Output = NodeJS.WritableStream & { isTTY?: boolean };

/** What a command line runs with. */
export interface CommandLine {
  /** The result; nothing else goes there. */
  stdout: Output;
  /** Messages for people. */
  stderr: Output;
  /** Default: the environment of the process. */
  env?: Readonly<Record<string, string | undefined>>;
  /** What the command ends with: 0 all is well, 1 a failure or finding. */
  exitCode: number;
}

/** A failure that a sentence explains. */
export class CommandFailure extends Error {
  override readonly name = 'CommandFailure';
}

/** The hub's settings, as a command sees them. @throws ConfigError naming every wrong one */
export function configOf({ env }: CommandLine): Config {
  return env ? loadConfig(env) : loadConfig();
}

/** Writes a line for people. */
export function say({ stderr }: CommandLine, line: string): void {
  stderr.write(`${line}\n`);
}

/** Writes a line of the result. */
export function print({ stdout }: CommandLine, line: string): void {
  stdout.write(`${line}\n`);
}

/**
 * Runs something on the hub's store and leaves the store as it was found: an embedded server that
 * was started for it is stopped. Ctrl-C and SIGTERM abort the signal, and it is the action that
 * ends; however often they come, since npm passes on what the terminal has sent already.
 *
 * @throws Error with a sentence for people when the store can't be used
 */
export async function withInventory<T>(
  line: CommandLine,
  action: (deps: InventoryDeps, signal: AbortSignal, store: OpenInventory['target']) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const abort = () => {
    controller.abort();
  };
  process.on('SIGINT', abort).on('SIGTERM', abort);
  const tell = (message: string) => {
    say(line, message);
  };
  try {
    const config = configOf(line);
    const inventory = await openInventory(config, { info: tell, warn: tell, error: tell });
    try {
      return await action(inventory.deps, controller.signal, inventory.target);
    } finally {
      await inventory.close();
    }
  } finally {
    process.off('SIGINT', abort).off('SIGTERM', abort);
  }
}

/** Waits for a result, but not longer than until the signal. @throws CommandFailure then */
export async function untilAborted<T>(signal: AbortSignal, result: Promise<T>): Promise<T> {
  const aborted = new Promise<never>((_resolve, reject) => {
    const interrupted = () => {
      reject(new CommandFailure('Interrupted.'));
    };
    if (signal.aborted) interrupted();
    else signal.addEventListener('abort', interrupted, { once: true });
  });
  return Promise.race([result, aborted]);
}
