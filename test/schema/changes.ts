import type { GraphqlAnswer, GraphqlHub, SendOptions } from '../support/graphqlHub';

/** What a mutation could not do. */
export interface ShownError {
  code: string;
  field: string[] | null;
  message: string;
  shortage: { itemId: string; requested: number; available: number } | null;
  presentQuantity: number | null;
}

/** A movement as tests ask for it. */
export interface ShownMovement {
  id: string;
  sequence: string;
  time: string;
  operation: string;
  reason: string | null;
  orderId: string | null;
  actor: string | null;
  requestId: string | null;
  reference: string | null;
  lines: { itemId: string; units: number; delta: number; quantityAfter: number | null }[];
}

/** What a change of stock answered. */
export interface Changed {
  replayed: boolean;
  movement: ShownMovement | null;
  userErrors: ShownError[];
}

export const ERRORS = `userErrors {
  code field message presentQuantity shortage { itemId requested available }
}`;
export const PAYLOAD = `{
  replayed ${ERRORS}
  movement {
    id sequence time operation reason orderId actor requestId reference
    lines {
      itemId units delta quantityAfter reservedAfter preorderDelta revision ignored shortfall
      overReturn item { quantity }
    }
  }
}`;

const words = { adjust: 'Adjust', set: 'Set', move: 'Move' } as const;

/** The mutation of a kind of change, with the variable `input`, and `key` for its directive. */
export function changeMutation(kind: keyof typeof words, keyed = false): string {
  const name = `inventory${words[kind]}Quantities`;
  const directive = keyed ? '@idempotent(key: $key)' : '';
  const key = keyed ? '$key: String!' : '';
  return `mutation ($input: Inventory${words[kind]}QuantitiesInput! ${key}) {
    changed: ${name}(input: $input) ${directive} ${PAYLOAD}
  }`;
}

/** Sends a change of stock; its reason is COUNT unless the input names another. */
export function sendChange(
  hub: Pick<GraphqlHub, 'query'>,
  kind: keyof typeof words,
  input: object,
  { key, ...send }: SendOptions & { key?: string | undefined } = {},
): Promise<GraphqlAnswer<{ changed: Changed }>> {
  const variables = { input: { reason: 'COUNT', ...input }, ...(key !== undefined && { key }) };
  return hub.query(changeMutation(kind, key !== undefined), variables, send);
}

/** What a change of stock answered, when nothing is wrong at the top level. */
export async function change(...sent: Parameters<typeof sendChange>): Promise<Changed> {
  const { data, errors, text } = await sendChange(...sent);
  if (errors || !data) throw new Error(text);
  return data.changed;
}
