import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Command, Option } from 'commander';
import { stringify } from 'csv-stringify';
import { exportItems } from '../inventory/exportItems';
import { itemColumnNames, type ItemRow } from '../inventory/itemColumns';
import { CommandFailure, say, withInventory, type CommandLine } from './commandLine';
import { formatOf, itemFormats, type ItemFormat } from './itemFile';
import { tenantOption } from './options';

/** `hub export [file]`: all items of a tenant in the columns an import understands. */
export function exportCommand(line: CommandLine): Command {
  return new Command('export')
    .description('write all items to a file or to standard output')
    .argument('[file]', 'a .csv, .ndjson or .jsonl file; default standard output')
    .addOption(tenantOption())
    .addOption(
      new Option('--format <format>', 'default: by the ending, else csv').choices(itemFormats),
    )
    .action(async (path: string | undefined, options: ExportOptions, command: Command) => {
      const format = options.format ?? (path === undefined ? 'csv' : formatOf(path));
      if (!format) command.error(`error: ${path} must end in .csv, .ndjson or .jsonl`);
      await withInventory(line, async (deps, signal) => {
        let count = 0;
        const rows = async function* () {
          for await (const row of exportItems(deps, options.tenant)) {
            count += 1;
            yield row;
          }
        };
        const write = (output: NodeJS.WritableStream) => writeRows(rows(), format, output, signal);
        if (path === undefined) await write(line.stdout);
        else await writeWholeFile(path, write);
        say(line, `${count} ${count === 1 ? 'item' : 'items'} exported.`);
      });
    });
}

interface ExportOptions {
  tenant: string;
  format?: ItemFormat;
}

async function writeRows(
  rows: AsyncIterable<ItemRow>,
  format: ItemFormat,
  output: NodeJS.WritableStream,
  signal: AbortSignal,
): Promise<void> {
  const end = !isStandardOutput(output);
  try {
    if (format === 'csv') {
      const csv = stringify({ header: true, columns: itemColumnNames, cast: { boolean: String } });
      await pipeline(Readable.from(cellRows(rows)), csv, output, { signal, end });
    } else {
      await pipeline(Readable.from(jsonLines(rows)), output, { signal, end });
    }
  } catch (error) {
    const { code, name } = error as NodeJS.ErrnoException;
    if (name === 'AbortError') throw new CommandFailure('Interrupted.');
    // A reader that has seen enough, such as `head`, is no failure.
    if (code !== 'EPIPE') throw error;
  }
}

function isStandardOutput(output: NodeJS.WritableStream): boolean {
  return output === process.stdout;
}

/** Writes beside the file and puts it in its place when it is whole. */
async function writeWholeFile(
  path: string,
  write: (output: NodeJS.WritableStream) => Promise<void>,
): Promise<void> {
  const draft = `${path}.part`;
  try {
    await write(createWriteStream(draft));
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}

async function* cellRows(rows: AsyncIterable<ItemRow>) {
  for await (const { categoryIds, extendedFields, ...row } of rows) {
    yield {
      ...row,
      categoryIds: categoryIds?.join(';'),
      extendedFields: extendedFields && JSON.stringify(extendedFields),
    };
  }
}

async function* jsonLines(rows: AsyncIterable<ItemRow>) {
  for await (const row of rows) yield `${JSON.stringify(row)}\n`;
}
