import type { GraphqlHub } from '../support/graphqlHub';

/** An item as lists of tests show it. */
export interface ListedItem {
  id: string;
  productId: string;
  variantId: string | null;
  locationId: string;
  name: string | null;
  variantName: string | null;
  sku: string | null;
  tracked: boolean;
  quantity: number | null;
  reserved: number;
  available: number | null;
  availabilityStatus: string;
  lowStockThreshold: number | null;
  createdDate: string;
  updatedDate: string;
}

/** One page of a list. */
export interface Page {
  totalCount: number;
  nodes: ListedItem[];
  edges: { cursor: string; node: { id: string } }[];
  pageInfo: {
    hasNextPage: boolean;
    hasPreviousPage: boolean;
    startCursor: string | null;
    endCursor: string | null;
  };
}

/** What is asked of a list: the arguments of `inventoryItems`. */
export interface PageRequest {
  filter?: object | null;
  sort?: { field: string; descending?: boolean } | null;
  first?: number | null;
  after?: string | null;
  last?: number | null;
  before?: string | null;
}

export const LIST_ITEMS = `query (
  $filter: InventoryItemFilterInput, $sort: InventoryItemSortInput
  $first: Int, $after: String, $last: Int, $before: String
) {
  inventoryItems(
    filter: $filter, sort: $sort, first: $first, after: $after, last: $last, before: $before
  ) {
    totalCount
    nodes {
      id productId variantId locationId name variantName sku tracked quantity reserved available
      availabilityStatus lowStockThreshold createdDate updatedDate
    }
    edges { cursor node { id } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}`;

/** One page of a list. */
export async function listPage(hub: Pick<GraphqlHub, 'run'>, request: PageRequest): Promise<Page> {
  return (await hub.run<{ inventoryItems: Page }>(LIST_ITEMS, request)).inventoryItems;
}

/**
 * All items of a list, page by page from its start or (`backwards`) from its end, in list order.
 *
 * @param between runs between two pages
 */
export async function walk(
  hub: Pick<GraphqlHub, 'run'>,
  list: Pick<PageRequest, 'filter' | 'sort'>,
  { size = 250, backwards = false, between = () => Promise.resolve() } = {},
): Promise<ListedItem[]> {
  const found: ListedItem[] = [];
  let place: string | null = null;
  for (;;) {
    const page: Page = await listPage(
      hub,
      backwards ? { ...list, last: size, before: place } : { ...list, first: size, after: place },
    );
    if (backwards) found.unshift(...page.nodes);
    else found.push(...page.nodes);
    const { hasNextPage, hasPreviousPage, startCursor, endCursor } = page.pageInfo;
    if (!(backwards ? hasPreviousPage : hasNextPage)) return found;
    place = backwards ? startCursor : endCursor;
    await between();
  }
}
