import { InventoryError } from './errors';

/** Most problems that one refusal tells of. */
const MAX_PROBLEMS = 100;

/**
 * Checks the entries of a list, each by itself, so that a caller is told of all that is wrong.
 *
 * @returns what the check gives of each
 * @throws InventoryError the first refused entry's; of several its details tell them all, up to
 *   100, in order
 */
export function checkEach<T, R>(entries: readonly T[], check: (entry: T, place: number) => R): R[] {
  const problems: InventoryError[] = [];
  const results: R[] = [];
  entries.forEach((entry, place) => {
    try {
      results.push(check(entry, place));
    } catch (error) {
      if (!(error instanceof InventoryError)) throw error;
      problems.push(error);
    }
  });
  const [first] = problems;
  if (!first) return results;
  if (problems.length === 1) throw first;
  const { code, message, details } = first;
  throw new InventoryError(code, message, {
    ...details,
    problems: problems.slice(0, MAX_PROBLEMS),
  });
}
