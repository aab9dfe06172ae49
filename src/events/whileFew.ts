/**
 * Does something while few enough others of its kinds are under way.
 *
 * @param running how many of each kind there are; kept up to date
 * @param limits most of each of its kinds, itself included
 * @returns undefined: there are too many, and nothing was done
 */
export async function whileFew<T>(
  running: Map<string, number>,
  limits: Readonly<Record<string, number>>,
  action: () => Promise<T>,
): Promise<{ result: T } | undefined> {
  const kinds = Object.entries(limits);
  if (kinds.some(([kind, most]) => (running.get(kind) ?? 0) >= most)) return undefined;
  for (const [kind] of kinds) running.set(kind, (running.get(kind) ?? 0) + 1);
  try {
    return { result: await action() };
  } finally {
    for (const [kind] of kinds) {
      const left = running.get(kind)! - 1;
      if (left === 0) running.delete(kind);
      else running.set(kind, left);
    }
  }
}
