import { filesUnder, findLines, projectFiles } from './projectFiles';

const MAX_LINES = 300;
const MAX_COLUMNS = 100;

const code = filesUnder('', '.ts', '.mjs', '.cjs', '.lua');
const tests = filesUnder('test/', '.ts');

test('no file of code is longer than 300 lines: it would hide two nouns', () => {
  // The last line ends with a line end.
  const long = code.filter(({ lines }) => lines.length - 1 > MAX_LINES);
  expect(long.map(({ path, lines }) => `${path}: ${lines.length - 1}`)).toEqual([]);
});

test('no line of code is longer than 100 characters', () => {
  expect(findLines(code, new RegExp(`^.{${MAX_COLUMNS + 1}}`, 'u'))).toEqual([]);
});

test('no file or folder has a name that could hold anything', () => {
  // Relay's own word.
  const fieldWords = new Set(['pageInfo']);
  const words = /^(?:utils?|helpers?|commons?|managers?|datas?|infos?|misc)$/;
  const named = projectFiles.flatMap(({ path }) => path.split('/').map((name) => ({ path, name })));
  const empty = named.filter(({ name }) => {
    const stem = name.replace(/\..*$/, '');
    const parts = stem.split(/[-_]|(?<=[a-z])(?=[A-Z])/);
    return !fieldWords.has(stem) && parts.some((word) => words.test(word.toLowerCase()));
  });
  expect(empty.map(({ path }) => path)).toEqual([]);
});

test('nothing is left to be done later', () => {
  expect(findLines(projectFiles, /\b(?:TO[D]O|FIX[M]E|XX[X]|HAC[K])\b/)).toEqual([]);
});

test('a skipped test has its reason above it or beside it, and none runs alone', () => {
  const skipped = tests.flatMap(({ path, lines }) =>
    lines.flatMap((line, i) => {
      const skips = /\b(?:describe|test|it)\.skip\b|\bx(?:describe|test|it)\(/.test(line);
      const reason = [line, lines[i - 1] ?? ''].some((text) => /\/\/ \w+/.test(text));
      return skips && !reason ? [`${path}:${i + 1}`] : [];
    }),
  );
  expect(skipped).toEqual([]);
  const alone = /\b(?:describe|test|it)\.(?:only|todo|failing)\b|\bf(?:describe|it)\(/;
  expect(findLines(tests, alone)).toEqual([]);
});

test('no text knows the machine it was written on', () => {
  // The home of the user `node` is a place in the official Node image.
  const machine = /(?<![\w.~)}-])\/(?:work|root|Users|home\/(?!node\b))[/\w]|[A-Z]:\\Users/;
  expect(findLines(projectFiles, machine)).toEqual([]);
});

test('every text ends with one line end and has no space at a line end', () => {
  const ends = projectFiles.filter(({ text }) => text !== '' && !/[^\n]\n$/.test(text));
  expect(ends.map(({ path }) => path)).toEqual([]);
  expect(findLines(projectFiles, /[ \t]$/)).toEqual([]);
});
