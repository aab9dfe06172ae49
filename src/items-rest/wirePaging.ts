import { MAX_QUERY_OFFSET, MAX_QUERY_PAGE } from '../inventory/queryItems';
import { MAX_CURSOR_LENGTH } from '../inventory/queryCursor';
import { invalidField } from './fieldViolation';
import { asObject, asText, asWhole, refuseOthers, type Payload } from './wirePayload';

/** Which page a caller asks for. */
export interface WirePage {
  size: number;
  cursor?: string | undefined;
  /** Given when the caller pages by number. */
  offset?: number | undefined;
}

/**
 * Reads `cursorPaging` or `paging` of a query, one of which may be there. `paging` is by number
 * when it has an offset; else it is the same as `cursorPaging`: the Wix SDK's builders write it so.
 *
 * @param size of a page when the caller names none
 * @throws InventoryError INVALID_INPUT
 */
export function parsePaging(query: Payload, path: string, size: number): WirePage {
  const { cursorPaging, paging } = query;
  const isGiven = (value: unknown) => value !== undefined && value !== null;
  if (isGiven(paging) && isGiven(cursorPaging)) {
    throw invalidField(`${path}.paging`, paging, 'absent: cursorPaging is given', {
      violatedRule: 'OTHER',
    });
  }
  const place = isGiven(paging) ? `${path}.paging` : `${path}.cursorPaging`;
  const { offset: skipped, ...asked } = asObject(isGiven(paging) ? paging : cursorPaging, place);
  if (isGiven(skipped) && !isGiven(paging)) {
    throw invalidField(`${place}.offset`, skipped, 'absent: ask with paging', {
      violatedRule: 'OTHER',
    });
  }
  const { limit, cursor } = parseCursorPaging(asked, place, MAX_QUERY_PAGE);
  const offset = asWhole(skipped, `${place}.offset`, [0, MAX_QUERY_OFFSET]);
  if (cursor !== undefined && offset !== undefined) {
    throw invalidField(`${place}.offset`, offset, 'absent: cursor is given', {
      violatedRule: 'OTHER',
    });
  }
  return {
    size: limit ?? size,
    ...(cursor !== undefined && { cursor }),
    ...(offset !== undefined && { offset }),
  };
}

/**
 * Reads `cursorPaging`.
 *
 * @param longest page, in entries
 * @throws InventoryError INVALID_INPUT
 */
export function parseCursorPaging(
  asked: unknown,
  place: string,
  longest: number,
): { limit: number | undefined; cursor: string | undefined } {
  const paging = asObject(asked, place);
  refuseOthers(paging, place, ['limit', 'cursor']);
  const limit = asWhole(paging['limit'], `${place}.limit`, [0, longest]);
  // An empty cursor is how some clients say none.
  const cursor = asText(paging['cursor'], `${place}.cursor`, MAX_CURSOR_LENGTH) || undefined;
  return { limit, cursor };
}
