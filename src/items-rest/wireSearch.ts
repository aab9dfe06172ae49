import { wordsOf } from '../core/itemFilter';
import type { ItemCondition, ItemSearch, SearchedField } from '../core/itemQuery';
import { invalidField } from './fieldViolation';
import { searchedField, searchedFieldNames } from './wireFields';
import { asFlag, asList, asObject, asText, asWord, refuseOthers } from './wirePayload';

const MAX_EXPRESSION_LENGTH = 100;
const MAX_FIELDS = 20;
const MAX_NAME_LENGTH = 200;

/**
 * Reads the free text of a search (Wix: SearchDetails). Words are runs of letters and digits; case
 * does not matter. Mode OR, the default, asks for one of them, AND for each; with `fuzzy` the
 * beginning of a word is enough.
 *
 * @returns undefined for an expression without a word: all items
 * @throws InventoryError INVALID_INPUT
 */
export function parseSearch(search: unknown, path: string): ItemSearch | undefined {
  const asked = asObject(search, path);
  refuseOthers(asked, path, ['mode', 'expression', 'fields', 'fuzzy']);
  const mode = asWord(asked['mode'], `${path}.mode`, ['AND', 'OR']);
  const prefix = asFlag(asked['fuzzy'], `${path}.fuzzy`) ?? false;
  const expression = asText(asked['expression'], `${path}.expression`, MAX_EXPRESSION_LENGTH);
  const named = asList(asked['fields'], `${path}.fields`, MAX_FIELDS).map((name, i) =>
    readField(name, `${path}.fields[${i}]`),
  );
  const words = [...new Set(wordsOf(expression ?? ''))];
  if (words.length === 0) return undefined;
  const fields = named.length > 0 ? named : searchedFieldNames.map((name) => searchedField(name)!);
  return { words, every: mode === 'AND', prefix, fields: [...new Set(fields)] };
}

function readField(value: unknown, path: string): SearchedField {
  const field = searchedField(asText(value, path, MAX_NAME_LENGTH) ?? '');
  if (field) return field;
  throw invalidField(path, value, `one of ${searchedFieldNames.join(', ')}`, {
    violatedRule: 'OTHER',
  });
}

/** What a filter and a search ask together. */
export function bothOf(
  filter: ItemCondition | undefined,
  search: ItemSearch | undefined,
): ItemCondition | undefined {
  return filter && search ? { and: [filter, search] } : (filter ?? search);
}
