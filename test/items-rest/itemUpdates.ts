import type { wireHub, WireBody } from './wireHub';

/**
 * Updates of single items by what they are now; what stands beside the item goes into the request.
 */
export function itemUpdates({ run, refusal }: Pick<ReturnType<typeof wireHub>, 'run' | 'refusal'>) {
  const requestOf = (
    { id, revision }: WireBody,
    change: object,
    beside: object,
  ): ['PATCH', string, object] => [
    'PATCH',
    `/inventory-items/${id}`,
    { inventoryItem: { id, revision, ...change }, ...beside },
  ];
  return {
    update: async (item: WireBody, change: object, beside: object = {}): Promise<WireBody> => {
      const request = requestOf(item, change, beside);
      return (await run<{ inventoryItem: WireBody }>(...request)).inventoryItem;
    },
    refused: (item: WireBody, change: object, beside: object = {}) =>
      refusal(...requestOf(item, change, beside)),
  };
}
