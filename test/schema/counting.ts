import { randomUUID } from 'node:crypto';
import type { GraphqlHub, SendOptions } from '../support/graphqlHub';
import { ERRORS, type ShownError } from './changes';

/** What a stock take answered. */
export interface Counted {
  asOf: string | null;
  replayed: boolean;
  lines: {
    itemId: string;
    countedQuantity: number;
    expectedQuantity: number;
    difference: number;
    superseded: boolean;
    presentQuantity: number | null;
    item: { quantity: number } | null;
  }[];
  movement: {
    id: string;
    operation: string;
    reason: string;
    asOf: string;
    reference: string | null;
    lines: { itemId: string; delta: number }[];
  } | null;
  userErrors: ShownError[];
}

const COUNT = (key?: string) => `mutation ($input: InventoryCountInput!) {
  inventoryCount(input: $input) ${key === undefined ? '' : `@idempotent(key: "${key}")`} {
    asOf replayed
    lines {
      itemId countedQuantity expectedQuantity difference superseded presentQuantity
      item { quantity }
    }
    movement { id operation reason asOf reference lines { itemId delta } }
    ${ERRORS}
  }
}`;

/** Takes stock. */
export async function count(
  hub: Pick<GraphqlHub, 'query'>,
  input: object,
  { key, ...send }: SendOptions & { key?: string } = {},
): Promise<Counted> {
  const { data, text } = await hub.query<{ inventoryCount: Counted }>(COUNT(key), { input }, send);
  if (!data) throw new Error(text);
  return data.inventoryCount;
}

/** The newest movement of a tenant. */
export async function newest(hub: Pick<GraphqlHub, 'run'>) {
  const { movements } = await hub.run<{ movements: { nodes: { id: string; time: string }[] } }>(
    '{ movements(first: 1) { nodes { id time } } }',
  );
  return movements.nodes[0]!;
}

/** A new item of a product of its own. */
export async function addCounted(hub: Pick<GraphqlHub, 'addItem'>, quantity: number) {
  const productId = randomUUID();
  return { productId, itemId: await hub.addItem({ productId, quantity }) };
}
