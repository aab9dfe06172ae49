import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What a fake program may rely on, beside what a test gives the machine. */
const BASE_PROGRAMS = ['sh', 'sed', 'rm', 'chmod', 'true'];

/** A machine with nothing on PATH but fake programs, which write down how they were called. */
export interface FakeMachine {
  environment: NodeJS.ProcessEnv;
  /** Stands for `/`. */
  systemRoot: string;
  /** Where Debian asks whether a package may start its service. */
  policyFile: string;
  /** Puts a shell script on PATH; each call is noted before it runs. */
  addProgram(name: string, script?: string): void;
  /** Puts a server on PATH that tells a version. */
  addServer(name: string, product: string, version: string): void;
  /** Shell text that installs such a server. */
  installing(name: string, product: string, version: string): string;
  /** All calls so far but those that only ask for a version. */
  calls(): string[];
  remove(): void;
}

/** Makes a fake machine. */
export function makeFakeMachine(): FakeMachine {
  const directory = mkdtempSync(join(tmpdir(), 'inventory-hub-machine-'));
  const programs = join(directory, 'bin');
  const systemRoot = join(directory, 'root');
  const callFile = join(directory, 'calls');
  const policyFile = join(systemRoot, 'usr/sbin/policy-rc.d');
  mkdirSync(programs);
  mkdirSync(join(policyFile, '..'), { recursive: true });
  for (const name of BASE_PROGRAMS) {
    symlinkSync(
      ['/bin', '/usr/bin'].map((path) => join(path, name)).find(existsSync)!,
      join(programs, name),
    );
  }
  const versionLine = (product: string, version: string): string =>
    `${product} server v=${version} sha=00000000:0 malloc=libc bits=64 build=0`;
  const addProgram = (name: string, script = ''): void => {
    const note = `[ "$*" = --version ] || echo "${name} $*" >> ${callFile}`;
    writeFileSync(join(programs, name), `#!/bin/sh\n${note}\n${script}\n`, { mode: 0o755 });
  };
  return {
    environment: { PATH: programs },
    systemRoot,
    policyFile,
    addProgram,
    addServer: (name, product, version) => {
      addProgram(name, `echo "${versionLine(product, version)}"`);
    },
    installing: (name, product, version) =>
      `printf '#!/bin/sh\\necho "${versionLine(product, version)}"\\n' > ${programs}/${name}; ` +
      `chmod 755 ${programs}/${name}`,
    calls: () => (existsSync(callFile) ? readFileSync(callFile, 'utf8').trim().split('\n') : []),
    remove: () => {
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
