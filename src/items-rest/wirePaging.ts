import { MAX_QUERY_OFFSET, MAX_QUERY_PAGE } from '../inventory/queryItems';
import { MAX_CURSOR_LENGTH } from '../inventory/queryItemsCursor';
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
  const asked = asObject(isGiven(paging) ? paging : cursorPaging, place);
  refuseOthers(asked, place, ['limit', 'cursor', ...(isGiven(paging) ? ['offset'] : [])]);
  const limit = asWhole(asked['limit'], `${place}.limit`, [0, MAX_QUERY_PAGE]);
  const cursor = asText(asked['cursor'], `${place}.cursor`, MAX_CURSOR_LENGTH);
  const offset = asWhole(asked['offset'], `${place}.offset`, [0, MAX_QUERY_OFFSET]);
  // An empty cursor is how some clients say none.
  if (cursor && offset !== undefined) {
    throw invalidField(`${place}.offset`, offset, 'absent: cursor is given', {
      violatedRule: 'OTHER',
    });
  }
  return {
    size: limit ?? size,
    ...(cursor && { cursor }),
    ...(offset !== undefined && { offset }),
  };
}
