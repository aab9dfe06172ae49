import { WordIndex } from '../../src/inventory/wordIndex';

interface Thing {
  name: string;
}

/** Things by their words; the word `all` is of every one of them. */
function indexOf(things: number, wordOf: (i: number) => string) {
  const index = new WordIndex<Thing>();
  for (let i = 0; i < things; i += 1) {
    const thing = { name: `thing ${i}` };
    for (const word of ['all', wordOf(i)]) index.add(word, thing);
  }
  return index;
}

test('few words are counted, many are estimated, and all things are found', () => {
  const index = indexOf(10_000, (i) => `w${i % 2 ? 'x' : 'y'}${i}`);
  expect(index.startingWith('all').size).toBe(10_000);
  for (const [prefix, count] of [
    ['w', 10_000],
    ['wx', 5000],
    ['wx12', 55],
    ['v', 0],
    ['wz', 0],
  ] as const) {
    const { size, each } = index.startingWith(prefix);
    expect([prefix, size, [...each()].length]).toEqual([prefix, count, count]);
  }
});

test('an estimate is of the words at even distances', () => {
  // Each of 1,000 words has two.
  const index = indexOf(2000, (i) => `w${String(i % 1000).padStart(4, '0')}`);
  const { size, each } = index.startingWith('w');
  expect(new Set(each()).size).toBe(2000);
  expect(size).toBe(2000);
});

test('it follows words that come and go, also those beyond the basic plane', () => {
  const index = indexOf(300, (i) => `w${i}`);
  const [one, other] = [{ name: 'one' }, { name: 'other' }];
  index.add('𝒳𝒴', one);
  index.add('𝒳', other);
  expect([...index.startingWith('𝒳').each()]).toEqual([other, one]);
  index.remove('𝒳', other);
  expect([...index.startingWith('𝒳').each()]).toEqual([one]);
  const many = index.startingWith('w');
  index.add('w1', one);
  expect(new Set(many.each())).toContain(one);
});
