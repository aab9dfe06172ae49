import { randomUUID } from 'node:crypto';
import type { GraphqlHub } from '../support/graphqlHub';
import { line } from '../support/pluginHub';
import { change } from './changes';

export const HISTORY = `query (
  $id: ID!, $first: Int! = 50, $after: String, $oldestFirst: Boolean! = false
) {
  inventoryItem(id: $id) { history(first: $first, after: $after, oldestFirst: $oldestFirst) {
    nodes {
      id sequence time operation reason orderId actor reference asOf units delta preorderDelta
      quantityAfter reservedAfter availableAfter revision statusBefore statusAfter
      created shortfall overReturn
    }
    edges { cursor }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  } }
}`;

/** A movement as tests ask for it. */
interface Shown {
  id: string;
  operation: string;
  delta: number;
}

/** A page of movements. */
interface Connection {
  nodes: Shown[];
  edges: { cursor: string }[];
  pageInfo: {
    hasNextPage: boolean;
    hasPreviousPage: boolean;
    startCursor: string | null;
    endCursor: string | null;
  };
}

export const MOVEMENTS = `query (
  $filter: MovementFilterInput, $first: Int! = 50, $after: String, $oldestFirst: Boolean! = false
) {
  movements(filter: $filter, first: $first, after: $after, oldestFirst: $oldestFirst) {
    nodes { id operation reason actor lines { itemId delta } }
    edges { cursor }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}`;

/** A page of an item's history. */
export async function history(hub: Pick<GraphqlHub, 'run'>, variables: object) {
  const data = await hub.run<{ inventoryItem: { history: Connection } }>(HISTORY, variables);
  return data.inventoryItem.history;
}

/** A page of movements. */
export async function movements(hub: Pick<GraphqlHub, 'run'>, variables: object = {}) {
  return (await hub.run<{ movements: Connection }>(MOVEMENTS, variables)).movements;
}

/** Code and sentence of each error of an operation. */
export async function refusalsOf(
  hub: Pick<GraphqlHub, 'query'>,
  operation: string,
  variables: object,
) {
  const { errors } = await hub.query(operation, variables);
  return (errors ?? []).map(({ message, extensions }) => [extensions['code'], message]);
}

/** An item created with 10, of which an order took 12 (2 on preorder), and to which 5 came in. */
export async function itemWithPast(hub: Pick<GraphqlHub, 'addItem' | 'call' | 'query'>) {
  const [productId, orderId] = [randomUUID(), randomUUID()];
  const preorder = { preorderEnabled: true, preorderLimit: 5 };
  const itemId = await hub.addItem({ productId, quantity: 10, ...preorder });
  await hub.call('decrement', [line(productId, 12)], { orderId });
  await change(hub, 'adjust', {
    reason: 'RECEIVED',
    reference: 'urn:delivery:1',
    changes: [{ itemId, delta: 5, compareQuantity: null }],
  });
  return { productId, orderId, itemId };
}
