import type { ItemList } from '../inventory/listItems';
import type { InventoryItemConnection } from './item.type';
import type { PageInfo } from './pageInfo.type';
import { presentItem, type PresentedItem } from './presentItem';

/** A page without its locations: they are looked up per request. */
export type PresentedPage = Omit<InventoryItemConnection, 'nodes' | 'edges' | 'totalCount'> & {
  nodes: PresentedItem[];
  edges: { node: PresentedItem; cursor: string }[];
  totalCount: Promise<number>;
};

/** A page in the words of the schema. Cursors and the count are made when they are asked for. */
export function presentPage(list: ItemList): PresentedPage {
  const { items, cursorOf } = list;
  const nodes = items.map(presentItem);
  const edgeOf = (node: PresentedItem, i: number) => ({
    node,
    get cursor() {
      return cursorOf(items[i]!);
    },
  });
  return {
    nodes,
    get edges() {
      return nodes.map(edgeOf);
    },
    get totalCount() {
      return list.countAll();
    },
    pageInfo: presentPageInfo(list),
  };
}

function presentPageInfo({ items, cursorOf, hasNextPage, hasPreviousPage }: ItemList): PageInfo {
  const [first, last] = [items[0], items.at(-1)];
  return {
    hasNextPage,
    hasPreviousPage,
    get startCursor() {
      return first ? cursorOf(first) : null;
    },
    get endCursor() {
      return last ? cursorOf(last) : null;
    },
  };
}
