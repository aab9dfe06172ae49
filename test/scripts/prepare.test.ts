import { once } from 'node:events';
import { existsSync, rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  makeFixtureRepository,
  resultOf,
  type FixtureRepository,
} from '../support/fixtureRepository';

const BUILD_CALL = 'tsc -p tsconfig.build.json';

describe('prepare', () => {
  let repository: FixtureRepository;

  beforeAll(async () => {
    repository = await makeFixtureRepository();
  });

  afterAll(() => {
    repository.remove();
  });

  it('installs and builds from nothing, also with NODE_ENV=production', async () => {
    const run = await repository.run('build', [], { NODE_ENV: 'production' });
    expect(run).toEqual({
      code: 0,
      stdout: '',
      stderr: 'Installing dependencies (npm ci)…\nBuilding…\n',
    });
    expect(existsSync(repository.path('node_modules/jest/bin/jest.js'))).toBe(true);
    expect(repository.read('dist/lua/post.lua')).toBe('return 1');
    expect(repository.takeCalls()).toEqual([BUILD_CALL]);
  });

  it('does nothing when all is fresh, and takes over what npm itself installed', async () => {
    expect(await repository.run('build')).toEqual({ code: 0, stdout: '', stderr: '' });
    rmSync(repository.path('node_modules/.inventory-hub-installed'));
    expect(await repository.run('build')).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(repository.takeCalls()).toEqual([]);
  });

  it('builds again when a source changes or goes away', async () => {
    repository.write('src/lua/post.lua', 'return 2');
    expect((await repository.run('build')).stderr).toBe('Building…\n');
    expect(repository.read('dist/lua/post.lua')).toBe('return 2');
    rmSync(repository.path('src/lua/post.lua'));
    await repository.run('build');
    expect(existsSync(repository.path('dist/lua/post.lua'))).toBe(false);
    repository.takeCalls();
  });

  it('keeps the last build when a new one fails', async () => {
    const before = repository.read('src/main.ts');
    repository.write('src/main.ts', 'nonsense');
    const run = await repository.run('build', [], { COMPILER: 'fail' });
    expect(run.code).toBe(1);
    expect(run.stderr).toContain('error TS1: nonsense\nThe build failed.\n');
    expect(repository.read('dist/main.js')).toBe(before);
    repository.write('src/main.ts', before);
    repository.takeCalls();
  });

  it('builds again after a build that was killed, whose lock is left behind', async () => {
    repository.write('src/new.lua', '1');
    const killed = repository.spawn('build', { COMPILER: 'hang' });
    while (!existsSync(repository.path('calls'))) {
      await sleep(20);
    }
    killed.kill('SIGKILL');
    await once(killed, 'exit');
    expect(await repository.run('build')).toMatchObject({ code: 0, stderr: 'Building…\n' });
    expect(existsSync(repository.path('dist/new.lua'))).toBe(true);
    repository.takeCalls();
  });

  it('builds once for two runs at the same time', async () => {
    repository.write('src/new.lua', '2');
    const runs = await Promise.all([repository.run('build'), repository.run('build')]);
    expect(runs.map(({ code }) => code)).toEqual([0, 0]);
    expect(repository.takeCalls()).toEqual([BUILD_CALL]);
  });

  it('starts the hub in its own process, so that signals reach it', async () => {
    repository.write(
      'src/main.ts',
      `process.on('SIGTERM', () => { console.log('drained'); process.exit(7); });
       setInterval(() => {}, 1000);
       console.log('listening', process.pid);`,
    );
    const child = repository.spawn('start');
    const result = resultOf(child);
    const [line] = (await once(child.stdout!, 'data')) as [Buffer];
    expect(line.toString()).toBe(`listening ${child.pid!}\n`);
    child.kill('SIGTERM');
    expect(await result).toMatchObject({ code: 7, stdout: `${line.toString()}drained\n` });
  });

  it('tells why npm ci failed', async () => {
    const lock = JSON.parse(repository.read('package-lock.json')) as { packages: object };
    const packages = { ...lock.packages, 'node_modules/gone': { version: '1.0.0', dev: true } };
    repository.write('package-lock.json', JSON.stringify({ ...lock, packages }));
    repository.write('package.json', '{"devDependencies":{"gone":"2.0.0"}}');
    const run = await repository.run('test');
    expect(run).toMatchObject({ code: 1, stdout: '0 passed, 1 failed, 0 skipped\n' });
    expect(run.stderr).toMatch(/npm error[^]*npm ci failed: the dependencies are not installed/);
  });
});
