import { invalidInput } from '../../src/core/errors';
import { wordsOf } from '../../src/core/itemFilter';
import { beginningOf, isReadable, isReadableLine, isText, readableText } from '../../src/core/text';

test.each(['a', 'Mug – blue', 'é', 'e\u0301', '😀', '\u0085', '\u200b', 'a\r\nb', '\ta', ''])(
  '%j can be read',
  (text) => {
    expect(isReadable(text)).toBe(true);
    expect(readableText(text)).toBe(text);
  },
);

test.each([
  ['a\u0000b', 'a b'],
  ['a\u001f', 'a'],
  ['a\u007fb', 'a b'],
  ['a\ud83d', 'a'],
  ['\ude00\ud83d', ''],
])('%j can not, and is shown as %j', (text, shown) => {
  expect(isReadable(text)).toBe(false);
  expect(isText(text, 0, 10)).toBe(false);
  expect(readableText(text)).toBe(shown);
});

test('a line has no line ends and no other control character', () => {
  const texts = ['a', '', ' \u2028', 'a\nb', 'a\tb', 'a\u0085', 'a\u0000', 'a\ud83d'];
  expect(texts.filter(isReadableLine)).toEqual(['a', '', ' \u2028']);
});

test('a text has bounds, both inclusive', () => {
  const texts = ['', 'a', 'abc', 'abcd', 1, null];
  expect(texts.filter((text) => isText(text, 1, 3))).toEqual(['a', 'abc']);
});

test('a text that is cut ends with a whole character', () => {
  expect(beginningOf('ab😀', 3)).toBe('ab');
  expect(beginningOf('ab😀', 4)).toBe('ab😀');
  expect(beginningOf('abcd', 3)).toBe('abc');
  const { message } = invalidInput('name', `${'n'.repeat(78)}😀😀`, 'short');
  expect(message).toBe(`name must be short, got "${'n'.repeat(78)}…`);
});

test('words are the same however a letter and its mark are written', () => {
  expect(wordsOf('Cafe\u0301-Cre\u0300me')).toEqual(['caf\u00e9', 'cr\u00e8me']);
  expect(wordsOf('CAF\u00c9')).toEqual(['caf\u00e9']);
  // A mark that no single character stands for.
  expect(wordsOf('x\u0301y \u0301')).toEqual(['x\u0301y']);
});
