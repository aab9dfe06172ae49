import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import type { InstallOptions } from '../../src/redis/serverInstall';
import { ensureServerProgram } from '../../src/redis/serverProgram';
import { makeFakeMachine, type FakeMachine } from '../support/fakeMachine';

const APT_INSTALL =
  'apt-get install -y --no-install-recommends --no-upgrade -o DPkg::Lock::Timeout=120 redis-server';

describe('server program', () => {
  let machine: FakeMachine;
  let told: string[];

  function options(more: Partial<InstallOptions> = {}): InstallOptions {
    const keep = (message: string): void => {
      told.push(message);
    };
    return {
      log: { info: keep, warn: keep, error: keep },
      environment: machine.environment,
      systemRoot: machine.systemRoot,
      userId: 0,
      terminal: undefined,
      ...more,
    };
  }

  /** A Debian whose package starts a service unless it is forbidden. */
  function makeDebian(version = '7.0.15', installScript?: string): void {
    const install = installScript ?? machine.installing('redis-server', 'Redis', version);
    machine.addProgram('apt-cache', `echo "  Candidate: 5:${version}-1~deb12u5"`);
    machine.addProgram(
      'apt-get',
      `if [ "$1" = install ]; then
        ${machine.policyFile} || echo "policy $?" >> ${machine.systemRoot}/policy
        ${install}
      fi`,
    );
    machine.addProgram('systemctl');
    machine.addProgram('update-rc.d');
  }

  function answering(answer: string): { input: PassThrough; output: PassThrough } {
    const input = new PassThrough();
    input.end(answer);
    return { input, output: new PassThrough() };
  }

  beforeEach(() => {
    machine = makeFakeMachine();
    told = [];
  });

  afterEach(() => {
    machine.remove();
  });

  it.each([
    ['redis-server', 'Redis', '7.0.15'],
    ['redis-server', 'Valkey', '8.1.1'],
    ['valkey-server', 'Valkey', '8.0.2'],
  ])('uses a %s of %s %s on PATH', async (command, product, version) => {
    machine.addServer(command, product, version);
    await expect(ensureServerProgram(options())).resolves.toEqual({ command, version });
    expect(told).toEqual([]);
  });

  it('prefers the one that is new enough', async () => {
    machine.addServer('redis-server', 'Redis', '6.2.7');
    machine.addServer('valkey-server', 'Valkey', '7.2.5');
    const program = await ensureServerProgram(options());
    expect(program).toEqual({ command: 'valkey-server', version: '7.2.5' });
  });

  it('installs with apt-get as root and leaves no service running or enabled', async () => {
    makeDebian();
    await expect(ensureServerProgram(options())).resolves.toMatchObject({ version: '7.0.15' });
    expect(machine.calls()).toEqual([
      'apt-get update',
      'apt-cache policy redis-server',
      APT_INSTALL,
      'systemctl disable --now redis-server',
      'update-rc.d redis-server disable',
    ]);
    expect(readFileSync(join(machine.systemRoot, 'policy'), 'utf8')).toBe('policy 101\n');
    expect(existsSync(machine.policyFile)).toBe(false);
    expect(told).toEqual([
      'No Redis found: installing one with apt-get (no service is left running)…',
      'Installed redis-server 7.0.15',
    ]);
  });

  it('leaves a service alone that was there before', async () => {
    makeDebian();
    mkdirSync(join(machine.systemRoot, 'etc/init.d'), { recursive: true });
    writeFileSync(join(machine.systemRoot, 'etc/init.d/redis-server'), '');
    await ensureServerProgram(options());
    expect(machine.calls().at(-1)).toBe(APT_INSTALL);
  });

  it('keeps a policy-rc.d that was there before', async () => {
    makeDebian();
    writeFileSync(machine.policyFile, '#!/bin/sh\nexit 104\n', { mode: 0o755 });
    await ensureServerProgram(options());
    expect(readFileSync(machine.policyFile, 'utf8')).toContain('exit 104');
    expect(machine.calls().at(-1)).toBe('update-rc.d redis-server disable');
  });

  it('tells why it failed and the ways out, and removes its policy-rc.d', async () => {
    makeDebian('7.0.15', 'echo "E: no space left" >&2; exit 100');
    await expect(ensureServerProgram(options())).rejects.toThrow(
      /no space left[^]*redis-server or valkey-server is on PATH[^]*REDIS_URL[^]*docker compose up/,
    );
    expect(existsSync(machine.policyFile)).toBe(false);
  });

  it('does not install a Redis that is too old', async () => {
    makeDebian('6.0.16');
    await expect(ensureServerProgram(options())).rejects.toThrow(/only offers Redis 6.0.16/);
    expect(machine.calls()).not.toContain(APT_INSTALL);
  });

  it('uses sudo where it asks for no password, and names the ways out where it does', async () => {
    makeDebian();
    machine.addProgram('sudo', 'exit 1');
    await expect(ensureServerProgram(options({ userId: 1000 }))).rejects.toThrow(
      /needs root or sudo[^]*REDIS_URL/,
    );
    machine.addProgram('sudo', '[ "$1" = -n ] && shift; exec "$@"');
    await ensureServerProgram(options({ userId: 1000 }));
    expect(machine.calls()).toContain('sudo -n true');
    expect(machine.calls()).toContain(APT_INSTALL);
  });

  it.each([
    ['dnf', 'dnf install -y valkey', 'dnf install -y redis'],
    ['apk', 'apk add --no-cache valkey', 'apk add --no-cache redis'],
  ])('installs with %s: Valkey, else Redis', async (command, first, second) => {
    const install = machine.installing('redis-server', 'Redis', '7.2.4');
    machine.addProgram(command, `case "$*" in *valkey) exit 1 ;; *redis) ${install} ;; esac`);
    await expect(ensureServerProgram(options())).resolves.toMatchObject({ version: '7.2.4' });
    expect(machine.calls()).toEqual([first, second]);
  });

  it('installs with brew, but never as root', async () => {
    const install = machine.installing('redis-server', 'Redis', '8.2.1');
    machine.addProgram('brew', `[ "$1" != install ] || { ${install}; }`);
    await expect(ensureServerProgram(options())).rejects.toThrow(/brew does not work for root/);
    expect(machine.calls()).toEqual([]);
    await ensureServerProgram(options({ userId: 501 }));
    expect(machine.calls()).toEqual(['brew install redis']);
  });

  it.each(['\n', 'y\n', 'Yes\n'])('asks on a terminal and takes %j for yes', async (answer) => {
    makeDebian();
    const terminal = answering(answer);
    await ensureServerProgram(options({ terminal }));
    expect(String(terminal.output.read())).toContain('Install one with apt-get? [Y/n]');
    expect(machine.calls()).toContain(APT_INSTALL);
  });

  it.each(['n\n', 'No\n', ''])('asks on a terminal and takes %j for no', async (answer) => {
    makeDebian();
    await expect(ensureServerProgram(options({ terminal: answering(answer) }))).rejects.toThrow(
      /you chose not to install it[^]*REDIS_URL/,
    );
    expect(machine.calls()).toEqual([]);
  });

  it('names the ways out on a machine without a package manager', async () => {
    machine.addServer('redis-server', 'Redis', '5.0.3');
    await expect(ensureServerProgram(options())).rejects.toThrow(
      /redis-server 5.0.3 is too old; no apt-get, dnf, apk or brew[^]*docker compose up/,
    );
  });
});
