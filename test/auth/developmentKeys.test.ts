import { fork } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureDevelopmentKeys } from '../../src/auth/developmentKeys';
import { signWixToken } from '../../src/auth/signWixToken';
import { importWixPublicKeys } from '../../src/auth/wixPublicKeys';
import { verifyWixToken } from '../../src/auth/wixToken';

let root: string;
let dataDir: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'hub-keys-'));
  dataDir = join(root, 'data');
});

afterEach(() => {
  rmSync(root, { recursive: true });
});

function modeOf(path: string): number {
  return statSync(path).mode & 0o777;
}

test('makes a pair once, the private key for its owner only', async () => {
  const first = await ensureDevelopmentKeys(dataDir);
  const { directory } = first;
  expect(first.created).toBe(true);
  expect(directory).toBe(join(dataDir, 'development-keys'));
  expect(readdirSync(directory).sort()).toEqual(['private.pem', 'public.pem']);
  expect(readFileSync(join(directory, 'public.pem'), 'utf8')).toBe(first.publicKeyPem);
  expect(modeOf(join(directory, 'private.pem'))).toBe(0o600);
  expect(modeOf(directory)).toBe(0o700);
  expect(await ensureDevelopmentKeys(dataDir)).toEqual({ ...first, created: false });
});

test('the pair signs and verifies', async () => {
  const { publicKeyPem, privateKeyPem } = await ensureDevelopmentKeys(dataDir);
  const token = await signWixToken({ privateKeyPem, appId: 'app', data: { request: {} } });
  const keys = await importWixPublicKeys([publicKeyPem]);
  const claims = await verifyWixToken(token, { keys, appId: 'app', clockSkewSeconds: 0 });
  expect(claims.data).toEqual({ request: {} });
});

test('callers at the same instant end with the same pair, and one made it', async () => {
  const pairs = await Promise.all(Array.from({ length: 8 }, () => ensureDevelopmentKeys(dataDir)));
  expect(new Set(pairs.map(({ privateKeyPem }) => privateKeyPem)).size).toBe(1);
  expect(new Set(pairs.map(({ publicKeyPem }) => publicKeyPem)).size).toBe(1);
  expect(pairs.filter(({ created }) => created)).toHaveLength(1);
  expect(readdirSync(pairs[0]!.directory).sort()).toEqual(['private.pem', 'public.pem']);
});

test('processes at the same instant end with the same pair', async () => {
  const script = join(root, 'ensure.ts');
  const source = join(process.cwd(), 'src/auth/developmentKeys.ts');
  writeFileSync(
    script,
    `import { ensureDevelopmentKeys } from ${JSON.stringify(source)};
     process.once('message', (dataDir: string) => {
       void ensureDevelopmentKeys(dataDir).then((pair) => process.send!(pair));
     });
     process.send!('ready');`,
  );
  const children = Array.from({ length: 3 }, () =>
    fork(script, { execArgv: ['--import', 'tsx'], stdio: 'inherit' }),
  );
  try {
    await Promise.all(children.map((child) => once(child, 'message')));
    const answers = children.map((child) => once(child, 'message'));
    for (const child of children) child.send(dataDir);
    const pairs = (await Promise.all(answers)).map(([pair]) => pair as { privateKeyPem: string });
    expect(new Set(pairs.map(({ privateKeyPem }) => privateKeyPem)).size).toBe(1);
    expect(pairs.filter((pair) => (pair as { created?: boolean }).created)).toHaveLength(1);
  } finally {
    for (const child of children) child.kill('SIGKILL');
  }
});

test('a lost public key is derived again, a loose mode is tightened', async () => {
  const { directory, publicKeyPem } = await ensureDevelopmentKeys(dataDir);
  writeFileSync(join(directory, 'public.pem'), 'other');
  chmodSync(join(directory, 'private.pem'), 0o644);
  await ensureDevelopmentKeys(dataDir);
  expect(readFileSync(join(directory, 'public.pem'), 'utf8')).toBe(publicKeyPem);
  expect(modeOf(join(directory, 'private.pem'))).toBe(0o600);
});

test('a private key that is none is an error that says what to do', async () => {
  const { directory } = await ensureDevelopmentKeys(dataDir);
  writeFileSync(join(directory, 'private.pem'), 'HUSH');
  const failure = ensureDevelopmentKeys(dataDir);
  await expect(failure).rejects.toThrow('holds no RSA private key; remove it');
  await expect(failure).rejects.not.toThrow('HUSH');
});
