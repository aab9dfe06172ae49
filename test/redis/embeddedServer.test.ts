import {
  cpSync,
  existsSync,
  mkdirSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Redis } from 'ioredis';
import { connectRedis } from '../../src/redis/connect';
import { isAlive, waitForEnd } from '../../src/redis/serverProcess';
import {
  cleanDirectory,
  endHub,
  makeDirectory,
  serverPid,
  spawnHub,
  startIn,
  stopAll,
  told,
} from '../support/embedded';

describe('embedded server', () => {
  let dataDir: string;
  const connections: Redis[] = [];

  async function connect(socketPath: string): Promise<Redis> {
    const redis = await connectRedis({ socketPath }, { commandTimeoutMs: 2000 });
    connections.push(redis);
    return redis;
  }

  beforeEach(() => {
    dataDir = makeDirectory();
    told.length = 0;
  });

  afterEach(async () => {
    await stopAll();
    for (const redis of connections.splice(0)) {
      redis.disconnect();
    }
    cleanDirectory(dataDir);
  });

  it('keeps acknowledged writes over a clean restart, on a socket of its owner only', async () => {
    const first = await startIn(dataDir);
    expect(first.socketPath).toBe(join(realpathSync(dataDir), 'redis', 'redis.sock'));
    expect(statSync(first.socketPath).mode & 0o777).toBe(0o600);
    expect(statSync(join(dataDir, 'redis')).mode & 0o777).toBe(0o700);
    const redis = await connect(first.socketPath);
    await redis.set('stock', '7');
    const config = await redis.config('GET', 'append*', 'maxmemory-policy', 'save', 'port');
    expect(config).toEqual(expect.arrayContaining(['appendfsync', 'always', 'noeviction', '']));
    const pid = serverPid(dataDir);
    await first.stop();
    expect(isAlive(pid)).toBe(false);
    expect(existsSync(first.socketPath)).toBe(false);

    const second = await startIn(dataDir);
    expect(await (await connect(second.socketPath)).get('stock')).toBe('7');
    await second.stop();
  });

  it('keeps acknowledged writes over a kill -9 of the server', async () => {
    const first = await startIn(dataDir);
    const redis = await connect(first.socketPath);
    await redis.set('stock', '8');
    process.kill(serverPid(dataDir), 'SIGKILL');
    await waitForEnd(serverPid(dataDir), 5000);

    const second = await startIn(dataDir);
    expect(await (await connect(second.socketPath)).get('stock')).toBe('8');
    await second.stop();
    await first.stop();
  });

  it('survives a kill -9 of the hub and is used again by the next one', async () => {
    const hub = await spawnHub(dataDir);
    const pid = serverPid(dataDir);
    await endHub(hub, 'SIGKILL');
    expect(isAlive(pid)).toBe(true);

    const server = await startIn(dataDir);
    expect(told.join()).toContain(`runs already (process ${pid})`);
    expect(server.socketPath).toBe(hub.socketPath);
    await server.stop();
    expect(isAlive(pid)).toBe(false);
  });

  it('is one server for processes that start together; the last one ends it', async () => {
    const hubs = await Promise.all([spawnHub(dataDir), spawnHub(dataDir)]);
    const [mine, alsoMine] = await Promise.all([startIn(dataDir), startIn(dataDir)]);
    const starts = [...hubs.flatMap(({ messages }) => messages), ...told].filter((message) =>
      message.startsWith('Started'),
    );
    expect(starts).toHaveLength(1);
    const pid = serverPid(dataDir);

    await endHub(hubs[0], 'SIGTERM');
    await mine.stop();
    expect(isAlive(pid)).toBe(true);
    await endHub(hubs[1], 'SIGTERM');
    expect(isAlive(pid)).toBe(true);
    await alsoMine.stop();
    await alsoMine.stop();
    expect(isAlive(pid)).toBe(false);
  });

  it('is started again under supervision, on the same socket', async () => {
    const server = await startIn(dataDir, true);
    const redis = await connect(server.socketPath);
    await redis.set('stock', '9');
    const ready = new Promise((resolve) => redis.once('ready', resolve));
    process.kill(serverPid(dataDir), 'SIGKILL');
    await ready;
    expect(await redis.get('stock')).toBe('9');
    expect(told).toContain('The embedded Redis is gone; starting it again');
    await server.stop();
    expect(existsSync(server.socketPath)).toBe(false);
  });

  it('replaces a server whose socket file was deleted', async () => {
    const hub = await spawnHub(dataDir);
    await endHub(hub, 'SIGKILL');
    const pid = serverPid(dataDir);
    rmSync(hub.socketPath);
    const server = await startIn(dataDir);
    expect(isAlive(pid)).toBe(false);
    expect(serverPid(dataDir)).not.toBe(pid);
    await server.stop();
  });

  it('listens in a private temporary directory when the path is too long', async () => {
    const deep = join(dataDir, 'd'.repeat(100));
    mkdirSync(deep);
    const server = await startIn(deep);
    expect(server.socketPath.length).toBeLessThan(100);
    expect(statSync(join(server.socketPath, '..')).mode & 0o777).toBe(0o700);
    expect(await (await connect(server.socketPath)).ping()).toBe('PONG');
    await server.stop();
    rmSync(join(server.socketPath, '..'), { recursive: true });
  });

  it('never uses the server of the directory it was copied from', async () => {
    const server = await startIn(dataDir);
    const copy = makeDirectory();
    cpSync(join(dataDir, 'redis', 'server.json'), join(copy, 'redis', 'server.json'));
    const other = await startIn(copy);
    expect(serverPid(copy)).not.toBe(serverPid(dataDir));
    expect(other.socketPath).not.toBe(server.socketPath);
    await other.stop();
    await server.stop();
    cleanDirectory(copy);
  });

  it('waits while the server loads its data', async () => {
    const first = await startIn(dataDir);
    const redis = await connect(first.socketPath);
    await redis.eval("for i = 1, 300000 do redis.call('SET', i, i) end", 0);
    process.kill(serverPid(dataDir), 'SIGKILL');
    await waitForEnd(serverPid(dataDir), 5000);
    const [second, third] = await Promise.all([startIn(dataDir), startIn(dataDir)]);
    expect(await (await connect(second.socketPath)).dbsize()).toBe(300_000);
    await third.stop();
    await second.stop();
    await first.stop();
  });

  it('tells the last words of a server that dies at its start', async () => {
    const first = await startIn(dataDir);
    await first.stop();
    writeFileSync(join(dataDir, 'redis', 'appendonlydir', 'appendonly.aof.manifest'), 'nonsense');
    await expect(startIn(dataDir)).rejects.toThrow(/did not start. It said:[^]*manifest/i);
  });
});
