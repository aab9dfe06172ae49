import { Command, CommanderError } from 'commander';
import { ConfigError } from '../config';
import { InventoryError } from '../core/errors';
import { CommandFailure, say, type CommandLine } from './commandLine';
import { exportCommand } from './exportCommand';
import { importCommand } from './importCommand';
import { rebuildCommand } from './rebuildCommand';
import { settingsCommand } from './settingsCommand';
import { tokenCommand } from './tokenCommand';
import { trimCommand } from './trimCommand';
import { verifyCommand } from './verifyCommand';
import { webhooksCommand } from './webhooksCommand';
import { wixCommand } from './wixCommand';

/** The command line was wrong. */
const USAGE = 2;
const FAILURE = 1;

/**
 * Runs one command.
 *
 * @param words what stands behind the program's name
 * @returns the exit code: 0 all is well, 1 a failure or a finding, 2 a wrong command line or
 *   setting
 */
export async function runCommand(
  words: readonly string[],
  given: Omit<CommandLine, 'exitCode'>,
): Promise<number> {
  const line: CommandLine = { ...given, exitCode: 0 };
  try {
    await createProgram(line).parseAsync(words, { from: 'user' });
    return line.exitCode;
  } catch (error) {
    // Commander has said what it has to say.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : USAGE;
    say(line, describeFailure(error));
    return error instanceof ConfigError ? USAGE : FAILURE;
  }
}

function createProgram(line: CommandLine): Command {
  const program = new Command('npm run hub --')
    .description('inventory-hub on the command line: see docs/reference/command-line.md')
    .helpCommand(false);
  const commands = [
    importCommand(line),
    exportCommand(line),
    wixCommand(line),
    webhooksCommand(line),
    verifyCommand(line),
    rebuildCommand(line),
    trimCommand(line),
    settingsCommand(line),
    tokenCommand(line),
  ];
  for (const command of commands) program.addCommand(command);
  for (const command of [program, ...commands, ...commands.flatMap((one) => [...one.commands])]) {
    command.exitOverride().configureOutput({
      writeOut: (text) => line.stdout.write(text),
      writeErr: (text) => line.stderr.write(text),
    });
  }
  return program;
}

/** A sentence where one is enough; a stack where only a developer can help. */
function describeFailure(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const isBug = error instanceof InventoryError && error.kind === 'bug';
  const isOurs = error instanceof InventoryError || error instanceof CommandFailure;
  const speaks = error instanceof ConfigError || 'code' in error || error.constructor === Error;
  if ((isOurs || speaks) && !isBug) return error.message;
  return error.stack ?? error.message;
}
