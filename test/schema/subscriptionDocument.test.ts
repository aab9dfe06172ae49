import { parse } from 'graphql';
import { messageKey } from '../../src/schema/subscriptionDocument';

const keyOf = (query: string, variables: Record<string, unknown> = {}) =>
  messageKey({ query, variables }, parse(query));

describe('the key of messages', () => {
  const query = `subscription ($ids: [ID!], $after: String, $with: Boolean!) {
    inventoryChanged(filter: { itemIds: $ids }, after: $after) {
      cursor
      changes @include(if: $with) { delta }
    }
  }`;

  test('leaves out variables that only choose what is told of', () => {
    const one = keyOf(query, { ids: ['a'], after: '1-1', with: true });
    expect(keyOf(query, { ids: ['b'], after: null, with: true })).toBe(one);
  });

  test('has those that change a message', () => {
    const one = keyOf(query, { with: true });
    expect(keyOf(query, { with: false })).not.toBe(one);
    const both = query.replace('cursor', 'cursor @include(if: $with)');
    expect(keyOf(both, { with: true })).not.toBe(keyOf(both, { with: false }));
  });

  test('differs from document to document', () => {
    expect(keyOf(query)).not.toBe(keyOf(query.replace('delta', 'itemId')));
  });
});
