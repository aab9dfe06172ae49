import { basename } from 'node:path';
import { SingleBar } from 'cli-progress';
import { Command } from 'commander';
import { importItems, type ImportResult } from '../inventory/importItems';
import { CommandFailure, say, withInventory, type CommandLine } from './commandLine';
import { formatOf, inspectItemFile, readItemFile } from './itemFile';
import { tenantOption } from './options';

/** `hub import <file>`: create and update items from a CSV or NDJSON file. */
export function importCommand(line: CommandLine): Command {
  return new Command('import')
    .description('create and update items from a file; run again, it goes on where it stopped')
    .argument('<file>', 'a .csv, .ndjson or .jsonl file in UTF-8')
    .addOption(tenantOption())
    .option('--dry-run', 'check all rows and tell what would happen, without storing anything')
    .action(async (path: string, options: { tenant: string; dryRun?: true }, command: Command) => {
      const format = formatOf(path);
      if (!format) command.error(`error: ${path} must end in .csv, .ndjson or .jsonl`);
      const facts = await inspectItemFile(path, format);
      const result = await withInventory(line, async (deps, signal) => {
        const bar = progressBar(line, facts.lastRow);
        try {
          return await importItems(deps, {
            tenantId: options.tenant,
            rows: readItemFile(path, format),
            contentDigest: facts.digest,
            actor: 'cli',
            reference: `file:${encodeURIComponent(basename(path))}`,
            dryRun: options.dryRun ?? false,
            signal,
            onProblem: (row, { message }) => {
              if (bar) line.stderr.write('\r\x1b[K');
              say(line, `row ${row}: ${message}`);
            },
            onProgress: (row) => bar?.update(row),
          });
        } finally {
          bar?.stop();
        }
      });
      report(line, result, options.dryRun ?? false);
    });
}

function progressBar(line: CommandLine, lastRow: number): SingleBar | undefined {
  if (!line.stderr.isTTY || lastRow === 0) return undefined;
  const format = '{bar} {percentage}% | row {value} of {total} | {eta_formatted} left';
  const bar = new SingleBar({ format, stream: line.stderr, hideCursor: true });
  bar.start(lastRow, 0);
  return bar;
}

function report(line: CommandLine, result: ImportResult, dryRun: boolean): void {
  const { created, updated, unchanged, failed, resumedAfter, lastRow, stopped } = result;
  if (resumedAfter > 0)
    say(line, `Went on after row ${resumedAfter}, where an earlier run stopped.`);
  const counts = `${created} created, ${updated} updated, ${unchanged} unchanged, ${failed} failed`;
  say(line, dryRun ? `Would be: ${counts}. Nothing was stored.` : `${counts}.`);
  if (stopped) {
    throw new CommandFailure(`Stopped after row ${lastRow}. Run the same command again to go on.`);
  }
  if (failed > 0) line.exitCode = 1;
}
