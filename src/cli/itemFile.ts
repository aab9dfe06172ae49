import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { extname } from 'node:path';
import { pipeline, Readable } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import { invalidInput } from '../core/errors';
import { unknownColumns, type RawRow } from '../inventory/importRow';
import { isItemColumn } from '../inventory/itemColumns';
import { CommandFailure } from './commandLine';

/** How items stand in a file. */
export const itemFormats = ['csv', 'ndjson'] as const;
export type ItemFormat = (typeof itemFormats)[number];

const FORMATS: Readonly<Record<string, ItemFormat | undefined>> = {
  '.csv': 'csv',
  '.ndjson': 'ndjson',
  '.jsonl': 'ndjson',
};

/** Longest row, in characters; a quote that is never closed would else take in the whole file. */
const MAX_ROW_LENGTH = 1_000_000;

/** The format a file's ending names; undefined when it names none. */
export function formatOf(path: string): ItemFormat | undefined {
  return FORMATS[extname(path).toLowerCase()];
}

/** What reading a file once tells of it. */
export interface ItemFileFacts {
  /** SHA-256 of the content, base64url. */
  digest: string;
  /** Number of the last row; 0 when there is none. */
  lastRow: number;
}

/**
 * Reads a whole file and finds what makes it unreadable, before anything of it is stored: wrong
 * encoding, broken CSV, unknown columns in the header.
 *
 * @throws CommandFailure
 */
export async function inspectItemFile(path: string, format: ItemFormat): Promise<ItemFileFacts> {
  const hash = createHash('sha256');
  let lastRow = 0;
  const rows = readRows(path, format, (chunk) => hash.update(chunk));
  for await (const { number } of rows) lastRow = number;
  return { digest: hash.digest('base64url'), lastRow };
}

/** The rows of a file, in order. @throws CommandFailure where the file can't be read further */
export function readItemFile(path: string, format: ItemFormat): AsyncGenerator<RawRow> {
  return readRows(path, format, () => undefined);
}

async function* readRows(
  path: string,
  format: ItemFormat,
  onChunk: (chunk: Buffer) => void,
): AsyncGenerator<RawRow> {
  const text = readText(path, onChunk);
  try {
    yield* format === 'csv' ? readCsv(text) : readNdjson(text);
  } catch (error) {
    if (error instanceof CommandFailure) throw error;
    throw new CommandFailure(`${path} can't be read: ${reasonOf(error)}`, { cause: error });
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof CsvError) return `its CSV is broken. ${error.message}`;
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') return 'there is no such file';
  if (code === 'EISDIR') return 'it is a directory';
  if (code === 'ERR_ENCODING_INVALID_ENCODED_DATA') return 'it is not UTF-8 text';
  return message;
}

/** A file's text without byte order mark. */
async function* readText(path: string, onChunk: (chunk: Buffer) => void): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  for await (const chunk of createReadStream(path)) {
    onChunk(chunk as Buffer);
    yield decoder.decode(chunk as Buffer, { stream: true });
  }
  yield decoder.decode();
}

async function* readCsv(text: AsyncGenerator<string>): AsyncGenerator<RawRow> {
  const parser = parse({
    record_delimiter: ['\r\n', '\n', '\r'],
    relax_column_count: true,
    max_record_size: MAX_ROW_LENGTH,
  });
  // Errors of either end come out of the loop below.
  pipeline(Readable.from(text), parser, () => undefined);
  let header: string[] | undefined;
  let number = 0;
  for await (const record of parser as AsyncIterable<string[]>) {
    number += 1;
    if (!header) {
      header = readHeader(record);
      continue;
    }
    const length = record.reduce((sum, cell) => sum + cell.length, 0);
    // Spreadsheets leave empty rows behind.
    if (length === 0) continue;
    if (record.length === header.length) {
      yield { number, length, cells: zip(header, record) };
    } else {
      const bound = `${header.length} cells, as the header has`;
      yield { number, length, problem: invalidInput('the row', record.length, bound) };
    }
  }
}

function zip(header: readonly string[], record: readonly string[]): Record<string, string> {
  const cells: Record<string, string> = {};
  for (let i = 0; i < header.length; i += 1) cells[header[i]!] = record[i]!;
  return cells;
}

function readHeader(record: readonly string[]): string[] {
  const header = record.map((name) => name.trim());
  const unknown = header.filter((name) => !isItemColumn(name));
  if (unknown.length > 0) {
    const separated = header.length === 1 && /[;\t]/.test(header[0]!);
    const hint = separated ? '. Cells must be separated by commas' : '';
    throw new CommandFailure(`${unknownColumns(unknown).message}${hint}`);
  }
  const twice = header.find((name, i) => header.indexOf(name) !== i);
  if (twice !== undefined) throw new CommandFailure(`The column ${twice} stands there twice`);
  if (!header.includes('productId')) throw new CommandFailure('There is no column productId');
  return header;
}

async function* readNdjson(text: AsyncGenerator<string>): AsyncGenerator<RawRow> {
  let number = 0;
  for await (const line of readLines(text)) {
    number += 1;
    if (line.trim() === '') continue;
    try {
      yield { number, length: line.length, values: JSON.parse(line) as unknown };
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      yield { number, length: line.length, problem: invalidInput('the row', line, 'JSON') };
    }
  }
}

/** Lines end with a line feed only: node:readline would also split a text at its U+2028. */
async function* readLines(text: AsyncGenerator<string>): AsyncGenerator<string> {
  let rest = '';
  for await (const chunk of text) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop()!;
    yield* lines;
    if (rest.length > MAX_ROW_LENGTH) {
      throw new CommandFailure(`A line is longer than ${MAX_ROW_LENGTH} characters`);
    }
  }
  if (rest !== '') yield rest;
}
