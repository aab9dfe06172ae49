import { randomUUID } from 'node:crypto';
import { wireHub, type WireResults } from './wireHub';

const { hub, run, create, get } = wireHub();

const BULK = '/bulk/inventory-items';
const BOUND = 99_999;
const anyway = { restrictInventory: false };

async function codes(path: string, body: object): Promise<string[]> {
  const { results } = await run<WireResults>('POST', `${BULK}/${path}`, body);
  return results.map(({ itemMetadata }) => itemMetadata.error?.code ?? 'OK');
}

const up = (inventoryItemId: string, ...amounts: number[]) => {
  const incrementData = amounts.map((incrementBy) => ({ inventoryItemId, incrementBy }));
  return codes('increment', { incrementData });
};
const down = (inventoryItemId: string, amount: number, beside: object = {}) => {
  const decrementData = [{ inventoryItemId, decrementBy: amount }];
  return codes('decrement', { decrementData, ...beside });
};

test('moves end at 99,999 in both directions', async () => {
  const { id } = await create({ quantity: BOUND - 9 });
  expect(await up(id, 10)).toEqual(['MAX_QUANTITY_LIMIT_REACHED']);
  expect(await up(id, 9)).toEqual(['OK']);
  expect(await down(id, BOUND, anyway)).toEqual(['OK']);
  expect(await down(id, BOUND, anyway)).toEqual(['OK']);
  expect(await down(id, 1, anyway)).toEqual(['MIN_QUANTITY_LIMIT_REACHED']);
  expect(await get(id)).toMatchObject({ quantity: -BOUND });
});

test('what the store holds beyond the bounds may only come towards them', async () => {
  const [over, under] = await hub().addItems([{ quantity: 5_000_000 }, { quantity: -5_000_000 }]);
  expect(await down(over!, BOUND)).toEqual(['OK']);
  expect(await up(over!, 1)).toEqual(['MAX_QUANTITY_LIMIT_REACHED']);
  expect(await up(under!, BOUND)).toEqual(['OK']);
  expect(await down(under!, 1, anyway)).toEqual(['MIN_QUANTITY_LIMIT_REACHED']);
});

test('many moves at once near the bound are all decided, none for its haste', async () => {
  const { id } = await create({ quantity: BOUND - 90 });
  const calls = [
    ...Array.from({ length: 120 }, () => up(id, 1)),
    ...Array.from({ length: 20 }, () => down(id, 1)),
  ];
  const answers = (await Promise.all(calls)).flat();
  const refused = answers.slice(0, 120).filter((code) => code !== 'OK');
  expect(new Set(refused)).toEqual(new Set(['MAX_QUANTITY_LIMIT_REACHED']));
  expect(answers.slice(120)).toEqual(Array.from({ length: 20 }, () => 'OK'));
  const added = 120 - refused.length;
  expect(added).toBeGreaterThanOrEqual(90);
  expect(await get(id)).toMatchObject({ quantity: BOUND - 90 + added - 20 });
});

test('a preorder counter ends at 99,999, although a limit may be 100,000', async () => {
  const info = { enabled: true, limit: 100_000 };
  const { id } = await create({ quantity: 5, preorderInfo: info });
  const ask = (decrementBy: number) =>
    codes('decrement', {
      decrementData: [{ inventoryItemId: id, decrementBy, preorderRequest: true }],
    });
  expect(await ask(BOUND - 1)).toEqual(['OK']);
  expect(await ask(2)).toEqual(['INSUFFICIENT_INVENTORY']);
  expect(await ask(1)).toEqual(['OK']);
  expect(await ask(1)).toEqual(['INSUFFICIENT_INVENTORY']);
  expect(await get(id)).toMatchObject({ quantity: 5, preorderInfo: { counter: BOUND } });
});

test('a repeat of a move that came to the bound is no second one', async () => {
  const { id } = await create({ quantity: BOUND - 10 });
  const headers = { 'Idempotency-Key': randomUUID() };
  const body = { incrementData: [{ inventoryItemId: id, incrementBy: 10 }] };
  for (let call = 0; call < 2; call += 1) {
    const answer = await run<WireResults>('POST', `${BULK}/increment`, body, { headers });
    expect(answer.bulkActionMetadata).toMatchObject({ totalSuccesses: 1 });
  }
  expect(await get(id)).toMatchObject({ quantity: BOUND, revision: '2' });
});
