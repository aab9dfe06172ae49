import { Field, ID, Int, ObjectType } from 'type-graphql';
import { InventoryError, type ErrorCode } from '../core/errors';
import { isUserErrorCode, UserErrorCodeEnum } from './enums';

@ObjectType({ description: 'What an item was short of.' })
export class ShortageDetail {
  @Field(() => ID, { description: 'Inventory item id, a GUID.' })
  itemId!: string;

  @Field(() => Int, {
    description: 'Units the whole movement asked of the item, 1..2,000,000,000.',
  })
  requested!: number;

  @Field(() => Int, {
    description:
      'Units it could have had, 0 or more. In a preview stock and preorder capacity, as an order ' +
      'has them; in a change of quantities stock only.',
  })
  available!: number;
}

@ObjectType({
  description:
    'Something the caller can mend. Nothing was changed, but for the good rows ' +
    'under REJECT_FAILED_ROWS.',
})
export class UserError {
  @Field(() => UserErrorCodeEnum, { description: 'Which kind of error.' })
  code!: ErrorCode;

  @Field(() => [String], {
    nullable: true,
    description:
      'Path of the input it is about, such as ["input", "changes", "3", "delta"]. Null: it is ' +
      'about no field.',
  })
  field!: string[] | null;

  @Field(() => String, { description: 'A sentence for developers.' })
  message!: string;

  @Field(() => ShortageDetail, {
    nullable: true,
    description:
      'With INSUFFICIENT_AVAILABLE: requested and available units. Null with other codes.',
  })
  shortage?: ShortageDetail;

  @Field(() => Int, {
    nullable: true,
    description:
      'With COMPARE_QUANTITY_STALE: the units on hand now, ±1,000,000,000. Null with other codes.',
  })
  presentQuantity?: number;
}

/** What an entry of a list of lines calls the things that errors about its lines are about. */
export interface LineFields {
  /** How many lines an entry makes. */
  linesPerEntry: number;
  /** What names the item of a line, by place of the line. */
  itemOf: (line: number) => string;
  /** The units asked. */
  units: string;
}

/** Names of entries that make a line each, of the item in `itemId`. */
export function oneLine(units: string): LineFields {
  return { linesPerEntry: 1, itemOf: () => 'itemId', units };
}

/** Where a mutation's list of lines is, for errors that are about lines. */
export interface ErrorPlace {
  /** Name of the argument, then the list: `input.changes`. */
  lines?: string;
  /** Default: an entry makes one line, and errors name the entry. */
  fields?: LineFields;
  /** Where the values are that errors name by themselves, such as `name`: `input`. */
  input?: string;
}

/**
 * Runs a mutation. What the caller can mend becomes `userErrors`; bugs and outages are thrown.
 */
export async function withUserErrors<Payload extends object>(
  place: ErrorPlace,
  action: () => Promise<Payload>,
): Promise<Partial<Payload> & { userErrors: UserError[] }> {
  try {
    return { userErrors: [], ...(await action()) };
  } catch (error) {
    if (!(error instanceof InventoryError) || !isUserErrorCode(error.code)) throw error;
    return { userErrors: userErrorsOf(error, place) } as Partial<Payload> & {
      userErrors: UserError[];
    };
  }
}

function userErrorsOf(error: InventoryError, place: ErrorPlace): UserError[] {
  const { problems } = error.details;
  return problems
    ? problems.flatMap((problem) => errorsOf(problem, place))
    : errorsOf(error, place);
}

function errorsOf(
  { code, message, details }: InventoryError,
  { lines, fields, input }: ErrorPlace,
): UserError[] {
  const fieldOfLine = (line: number | undefined) => {
    if (line === undefined || lines === undefined) return null;
    const entry = String(Math.floor(line / (fields?.linesPerEntry ?? 1)));
    const name = details.field ?? (fields && fieldName(fields, code, line));
    return [...pathOf(lines), entry, ...(name === undefined ? [] : [name])];
  };
  if (details.shortages) {
    return details.shortages.flatMap(({ itemId, requested, available, lines: places = [] }) =>
      (places.length > 0 ? places : [undefined]).map((line) => ({
        code,
        message: `requested ${requested}, available ${available}`,
        field: fieldOfLine(line),
        shortage: { itemId, requested, available },
      })),
    );
  }
  if (details.lines && details.lines.length > 0) {
    return details.lines.map((line, i) => ({
      code,
      message,
      field: fieldOfLine(line),
      ...(details.quantities && { presentQuantity: details.quantities[i]! }),
    }));
  }
  const { field } = details;
  if (field === undefined) return [{ code, message, field: null }];
  const inside = input !== undefined && !field.startsWith(`${input}.`);
  return [{ code, message, field: pathOf(inside ? `${input}.${field}` : field) }];
}

/** What of its entry a line is refused for. */
function fieldName({ itemOf, units }: LineFields, code: ErrorCode, line: number) {
  const names: Partial<Record<ErrorCode, string>> = {
    UNKNOWN_ITEM: itemOf(line),
    ITEM_NOT_TRACKED: itemOf(line),
    COMPARE_QUANTITY_STALE: 'compareQuantity',
    QUANTITY_OUT_OF_RANGE: units,
    INSUFFICIENT_AVAILABLE: units,
  };
  return names[code];
}

/** `input.changes[3].delta` as a list of its parts. */
function pathOf(field: string): string[] {
  return field.split(/[.[\]]+/).filter((part) => part !== '');
}
