import { InventoryError } from '../core/errors';
import { beginningOf } from '../core/text';

/** What a field of a request breaks (Wix, "About errors": validation errors). */
export interface FieldViolation {
  /** From the root of the request, such as `inventoryItems[3].preorderInfo.limit`. */
  field: string;
  description: string;
  violatedRule:
    | 'REQUIRED_FIELD'
    | 'FORMAT'
    | 'MIN'
    | 'MAX'
    | 'MIN_LENGTH'
    | 'MAX_LENGTH'
    | 'MIN_SIZE'
    | 'MAX_SIZE'
    | 'OTHER'
    | 'CUSTOM';
  /** The rule's name, with CUSTOM. */
  ruleName?: string;
  data?: Readonly<Record<string, unknown>>;
}

/** A request whose fields break rules: all violations that were found, one or more. */
export class InvalidFields extends InventoryError {
  constructor(readonly violations: readonly FieldViolation[]) {
    const [first] = violations;
    super('INVALID_INPUT', first?.description, { ...(first && { field: first.field }) });
  }
}

const SHOWN_CHARACTERS = 80;

/** A violation that names field, value and bound. Long values are cut; of lists none is shown. */
export function violation(
  field: string,
  value: unknown,
  bound: string,
  rule: Pick<FieldViolation, 'violatedRule' | 'ruleName' | 'data'>,
): FieldViolation {
  const shown = shownOf(value);
  const cut = shown.length > SHOWN_CHARACTERS ? `${beginningOf(shown, SHOWN_CHARACTERS)}…` : shown;
  return { field, description: `${field} must be ${bound}, got ${cut}`, ...rule };
}

/** Not as JSON what may be nested deeper than the stack is. */
function shownOf(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'an object';
  // JSON has no word for a number that is beyond all numbers.
  if (typeof value === 'number') return String(value);
  return value === undefined ? 'nothing' : JSON.stringify(value);
}

/** Refuses a request with one violation. */
export function invalidField(...named: Parameters<typeof violation>): InvalidFields {
  return new InvalidFields([violation(...named)]);
}
