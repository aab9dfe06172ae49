import { dirname, join, normalize } from 'node:path';
import { errorTable } from '../../src/core/errors';
import { httpStatuses } from '../../src/error-reply';
import { wixCodes } from '../../src/items-rest/wixRefusal';
import { filesUnder, isThere, readProjectFile } from './projectFiles';

const pages = filesUnder('', '.md');
const withoutCode = (text: string) => text.replace(/^```[^]*?^```/gm, '').replace(/`[^`\n]*`/g, '');

/** The anchor GitHub gives a heading. */
function anchorOf(heading: string): string {
  const plain = heading.replace(/[`*]/g, '').trim().toLowerCase();
  return plain.replace(/[^\p{L}\p{N} _-]/gu, '').replaceAll(' ', '-');
}

function anchorsOf(path: string): string[] {
  const text = readProjectFile(path).replace(/^```[^]*?^```/gm, '');
  return [...text.matchAll(/^#+ +(.+)$/gm)].map(([, heading]) => anchorOf(heading!));
}

/** The links of a page to files of the project: path from the root, and anchor. */
function linksOf({ path, text }: { path: string; text: string }) {
  const targets = [...withoutCode(text).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target!);
  return targets
    .filter((target) => !/^(?:https?|mailto):/.test(target))
    .map((target) => {
      const [file, anchor] = target.split('#');
      const to = file === '' ? path : normalize(join(dirname(path), file!)).replace(/\/$/, '');
      return { from: path, to, anchor };
    });
}

const links = pages.flatMap(linksOf);

describe('the pages', () => {
  test('link to what is there', () => {
    const broken = links.filter(
      ({ to, anchor }) =>
        !isThere(to) ||
        (anchor !== undefined && !(to.endsWith('.md') && anchorsOf(to).includes(anchor))),
    );
    expect(broken).toEqual([]);
  });

  test('are all reached from the README', () => {
    const reached = new Set(['README.md']);
    for (let before = 0; before < reached.size;) {
      before = reached.size;
      for (const { from, to } of links) {
        if (reached.has(from)) reached.add(to.endsWith('.md') ? to : `${to}/README.md`);
      }
    }
    expect(pages.map(({ path }) => path).filter((path) => !reached.has(path))).toEqual([]);
  });

  test('and the code name files and pages that are there', () => {
    const path = '(?:src|test|docs|scripts|bench)/[\\w-]+(?:/[\\w-]+)*';
    const named = new RegExp(`(?<![\\w./-])${path}(?:(?:\\.test)?\\.(?:ts|lua|mjs|md)\\b)?`, 'g');
    const texts = [
      ...pages,
      ...filesUnder('src/', '.ts', '.lua'),
      ...filesUnder('scripts/', '.mjs'),
    ];
    const lost = texts.flatMap(({ path, text }) =>
      (text.match(named) ?? [])
        .filter((name) => !isThere(name) && !isThere(`${name}.md`))
        .map((name) => `${path}: ${name}`),
    );
    expect(lost).toEqual([]);
  });

  test('name commands that package.json has', () => {
    const { scripts } = JSON.parse(readProjectFile('package.json')) as { scripts: object };
    const named = pages.flatMap(({ text }) => [
      ...text.matchAll(
        /\bnpm (?:run (?:--silent )?)?(start|test|hub|bench|build|format|[a-z]+)\b/g,
      ),
    ]);
    const known = [...Object.keys(scripts), 'ci', 'install'];
    expect(named.map(([, name]) => name).filter((name) => !known.includes(name!))).toEqual([]);
    expect(named.length).toBeGreaterThan(0);
  });
});

describe('docs/reference/errors.md', () => {
  const page = readProjectFile('docs/reference/errors.md');
  const rows = [...page.matchAll(/^\| `([A-Z_]+)` +\| (\w+) +\| ([^|]+)\|/gm)];

  test('has a row for every code of core/errors, and for no other', () => {
    expect(rows.map(([, code]) => code).sort()).toEqual(Object.keys(errorTable).sort());
  });

  test('gives every code its kind and its HTTP status', () => {
    for (const [, code, kind, statuses] of rows) {
      const row = errorTable[code as keyof typeof errorTable];
      expect([code, kind]).toEqual([code, row.kind]);
      expect([code, statuses]).toEqual([
        code,
        expect.stringContaining(String(httpStatuses[row.kind])),
      ]);
    }
  });

  test("has Wix's own words for refusals, each with its status", () => {
    const section = page.slice(page.indexOf("What Wix's words mean"));
    const told = [...section.matchAll(/^\| `([A-Z_]+)` +\| [^|]+\| (\d{3}) +\|$/gm)];
    const words = told.map(([, code, status]) => [code, Number(status)]);
    const known = Object.entries(wixCodes).map(([code, { kind }]) => [code, httpStatuses[kind]]);
    expect(words.sort()).toEqual(known.sort());
  });
});
