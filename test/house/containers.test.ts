import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { settings } from '../../src/settings';
import { isThere, readProjectFile, root } from './projectFiles';

const run = promisify(execFile);
const INSTRUCTIONS = new Set(
  'FROM WORKDIR COPY RUN ENV ARG USER VOLUME EXPOSE HEALTHCHECK CMD ENTRYPOINT LABEL'.split(' '),
);
const settingNames: readonly string[] = settings.map(({ name }) => name);

/** One instruction of the Dockerfile: its continued lines joined, comments taken out. */
function dockerfile(): { word: string; rest: string }[] {
  const text = readProjectFile('Dockerfile')
    .replace(/^#.*\n/gm, '')
    .replaceAll('\\\n', ' ');
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return lines.map((line) => {
    const [, word = line, rest = ''] = /^(\S+)\s+(.*)$/.exec(line) ?? [];
    return { word, rest };
  });
}

describe('Dockerfile', () => {
  const instructions = dockerfile();
  const restsOf = (wanted: string) =>
    instructions.filter(({ word }) => word === wanted).map(({ rest }) => rest);

  test('is made of instructions and begins with an image of a fixed version', () => {
    expect(instructions.filter(({ word }) => !INSTRUCTIONS.has(word))).toEqual([]);
    expect(instructions[0]!.word).toBe('FROM');
    for (const image of restsOf('FROM')) expect(image).toMatch(/^[\w./-]+:\d[\w.-]*(?: AS \w+)?$/);
  });

  test('copies what is there and what .dockerignore lets in', () => {
    const stages = restsOf('FROM').map((rest) => / AS (\w+)$/.exec(rest)?.[1]);
    const allowed: readonly string[] = readProjectFile('.dockerignore').match(/(?<=^!).+/gm) ?? [];
    for (const rest of restsOf('COPY')) {
      const words = rest.split(/\s+/);
      const from = words.find((word) => word.startsWith('--from='));
      if (from) {
        expect(stages).toContain(from.slice('--from='.length));
        continue;
      }
      for (const source of words.slice(0, -1)) {
        expect([source, isThere(source), allowed.includes(source)]).toEqual([source, true, true]);
      }
    }
  });

  test('runs as somebody who is not root, is asked for its health, and sets only settings', () => {
    expect(restsOf('USER').at(-1)).toMatch(/^(?!root\b|0\b)\w+/);
    expect(restsOf('HEALTHCHECK')).toHaveLength(1);
    const names = restsOf('ENV').flatMap((rest) => rest.match(/\b[A-Z_]+(?==)/g) ?? []);
    expect(names.filter((name) => !settingNames.includes(name))).toEqual([]);
  });
});

describe('docker-compose.yml', () => {
  const text = readProjectFile('docker-compose.yml');

  test('is YAML', async () => {
    const prettier = join(root, 'node_modules/prettier/bin/prettier.cjs');
    await run(process.execPath, [prettier, '--check', 'docker-compose.yml'], { cwd: root });
  });

  test('is a compose file, where docker compose can tell', async () => {
    const compose = (...words: string[]) => run('docker', ['compose', ...words], { cwd: root });
    const canTell = await compose('version').then(
      () => true,
      () => false,
    );
    if (canTell) await compose('config', '--quiet');
    expect(text).toMatch(/^services:$/m);
  }, 60_000);

  test('sets only settings of the hub, and a Redis that keeps what it acknowledged', () => {
    const block = /^ {4}environment:\n((?: {6,}.*\n)+)/m.exec(text)?.[1] ?? '';
    const names = [...block.matchAll(/^ {6}(\w+):/gm)].map(([, name]) => name!);
    expect(names).toContain('REDIS_URL');
    expect(names.filter((name) => !settingNames.includes(name))).toEqual([]);
    expect(text).toMatch(/image: redis:8\b/);
    for (const words of [
      /appendonly\W+yes/,
      /appendfsync\W+always/,
      /maxmemory-policy\W+noeviction/,
    ])
      expect(text).toMatch(words);
  });
});
