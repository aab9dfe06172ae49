import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { parse } from 'yaml';
import { settings } from '../../src/settings';
import { isThere, readProjectFile, root } from './projectFiles';

const run = promisify(execFile);
const INSTRUCTIONS = new Set(
  'FROM WORKDIR COPY RUN ENV ARG USER VOLUME EXPOSE HEALTHCHECK CMD ENTRYPOINT LABEL'.split(' '),
);
const settingNames: readonly string[] = settings.map(({ name }) => name);

/** What is looked at in docker-compose.yml. */
interface Compose {
  services: {
    hub: { environment: Record<string, string | null>; ports: string[] };
    redis: { image: string; command: string[] };
  };
}

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
  const { services } = parse(text) as Compose;
  const { environment } = services.hub;

  test('is a compose file, where docker compose can tell', async () => {
    const compose = (...words: string[]) => run('docker', ['compose', ...words], { cwd: root });
    const canTell = await compose('version').then(
      () => true,
      () => false,
    );
    if (canTell) await compose('config', '--quiet');
    expect(Object.keys(services)).toEqual(['hub', 'redis']);
  }, 60_000);

  test('hands every setting on to the hub, and nothing else', () => {
    expect(Object.keys(environment).sort()).toEqual([...settingNames].sort());
    // Where it listens and keeps its files is the container's own: PORT is the one on the host.
    const { HOST, PORT, DATA_DIR, ...handedOn } = environment;
    expect([HOST, PORT, DATA_DIR]).toEqual(['0.0.0.0', '4000', '/data']);
    expect(services.hub.ports).toEqual(['127.0.0.1:${PORT:-4000}:4000']);
    // No value: that of the environment or of .env, if there is one.
    const own = Object.entries(handedOn).filter(
      ([name, value]) => value !== null && !value.startsWith(`\${${name}:-`),
    );
    expect(own).toEqual([]);
  });

  test('has a Redis that keeps what it acknowledged', () => {
    expect(services.redis.image).toBe('redis:8');
    const words = services.redis.command.join(' ');
    for (const option of ['appendonly yes', 'appendfsync always', 'maxmemory-policy noeviction']) {
      expect(words).toContain(`--${option}`);
    }
  });
});
