import { createHash } from 'node:crypto';
import { chmodSync, lstatSync, mkdirSync, realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The places of one embedded server. */
export interface ServerHome {
  /** The server's working directory, `<dataDir>/redis`, without symbolic links. */
  directory: string;
  /** Where the server listens. */
  socketPath: string;
  /** What the server prints. */
  logFile: string;
  /** Who was started last, for a server that can't be asked. */
  recordFile: string;
  /** Held while somebody starts or stops the server. */
  lockDirectory: string;
}

/** Longest socket path used. The kernels allow 107 bytes (Linux) and 103 (macOS, BSD). */
const MAX_SOCKET_PATH_BYTES = 100;

/**
 * Makes the directory of a data directory's embedded server, readable by its owner only, and says
 * where everything is. A socket path too long for the kernel moves to a private directory under
 * the system's temporary directory.
 */
export function openServerHome(dataDir: string, temporaryDirectory = tmpdir()): ServerHome {
  const made = join(dataDir, 'redis');
  mkdirSync(made, { recursive: true, mode: 0o700 });
  const directory = realpathSync(made);
  const near = join(directory, 'redis.sock');
  return {
    directory,
    socketPath:
      Buffer.byteLength(near) <= MAX_SOCKET_PATH_BYTES
        ? near
        : join(privateDirectory(directory, temporaryDirectory), 'redis.sock'),
    logFile: join(directory, 'redis.log'),
    recordFile: join(directory, 'server.json'),
    lockDirectory: join(directory, 'start.lock'),
  };
}

function privateDirectory(directory: string, temporaryDirectory: string): string {
  const hash = createHash('sha256').update(directory).digest('hex').slice(0, 16);
  const path = join(temporaryDirectory, `inventory-hub-${hash}`);
  mkdirSync(path, { recursive: true, mode: 0o700 });
  // Anyone may make this well-known name first: trust it only when it is a directory of our own.
  const stat = lstatSync(path);
  if (!stat.isDirectory() || (process.getuid !== undefined && stat.uid !== process.getuid())) {
    throw new Error(`${path} belongs to somebody else; remove it or use a shorter DATA_DIR`);
  }
  if ((stat.mode & 0o077) !== 0) {
    chmodSync(path, 0o700);
  }
  return path;
}
