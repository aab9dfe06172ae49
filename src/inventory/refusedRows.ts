import { InventoryError, invalidInput, type ErrorCode } from '../core/errors';
import { isWholeNumber } from '../core/quantity';

/** Most rows of one edit. */
export const MAX_ITEM_ROWS = 1000;

/** What happens to the good rows when others are refused. */
export type ErrorPolicy = 'REJECT_ALL' | 'REJECT_FAILED_ROWS';

/** Why a row was refused. */
export interface RowError {
  row: number;
  code: ErrorCode;
  message: string;
  /** Name of the value it is about. */
  field?: string | undefined;
}

/** What became of the rows of a call, as it is kept with the record of a keyed one. */
export interface RowsOutcome {
  /** Item ids by row; null where nothing was done. */
  ids: (string | null)[];
  errors: RowError[];
}

/** The rows of a call that were refused. A row stays refused. */
export class RefusedRows {
  readonly #errors = new Map<number, RowError>();

  constructor(private readonly policy: ErrorPolicy) {}

  /** Refuses a row; what is no refusal is thrown. */
  add(row: number, error: unknown): void {
    if (!(error instanceof InventoryError)) throw error;
    const { code, message, details } = error;
    this.#errors.set(row, { row, code, message, field: details.field });
  }

  has(row: number): boolean {
    return this.#errors.has(row);
  }

  /** Whether the others are refused with them. */
  get refuseAll(): boolean {
    return this.policy === 'REJECT_ALL' && this.#errors.size > 0;
  }

  /** By row. */
  get errors(): RowError[] {
    return [...this.#errors.values()].sort((a, b) => a.row - b.row);
  }
}

/** @throws InventoryError INVALID_INPUT */
export function checkRowCount(count: number): void {
  if (isWholeNumber(count, 1, MAX_ITEM_ROWS)) return;
  throw invalidInput('input.items', count, `1..${MAX_ITEM_ROWS} entries`);
}

/** @throws InventoryError INVALID_INPUT */
export function revisionOf(text: string): number {
  if (!/^[1-9]\d{0,11}$/.test(text)) {
    throw invalidInput('revision', text, 'a whole number, 1 or more');
  }
  return Number(text);
}

/** That an item a row names is not there. */
export function noSuchItem(id: string): InventoryError {
  return new InventoryError('UNKNOWN_ITEM', `There is no item ${id}.`, { field: 'id' });
}

/** That an item has another revision than its row says. */
export function staleRevision(id: string): InventoryError {
  const message = `The revision is not the present one of item ${id}.`;
  return new InventoryError('REVISION_CONFLICT', message, { field: 'revision' });
}
