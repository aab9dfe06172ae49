import { Redis } from 'ioredis';

/** What is found at a socket path: nothing, a server that keeps silent, or one that talks. */
export type Contact =
  { state: 'absent' } | { state: 'silent' } | { state: 'talking'; line: ControlLine };

/** A connection to an embedded server by which its life is watched and ended. */
export interface ControlLine {
  socketPath: string;
  /** Process id of the server. */
  pid: number;
  /** The server's working directory; undefined when it is too busy to tell. */
  directory: string | undefined;
  /** Resolves when the connection is gone for any reason. */
  closed: Promise<void>;
  isClosed(): boolean;
  /** How the server is: undefined when it gave no answer in time. */
  health(): Promise<'ready' | 'loading' | undefined>;
  /** Share of the data loaded so far, for people, as in `42.10%`. */
  loadingProgress(): Promise<string>;
  /** Names of all other connections to the server. */
  otherConnectionNames(): Promise<string[]>;
  /** Asks the server to end; resolves when it has closed this connection. */
  shutdown(): Promise<void>;
  close(): void;
}

/** A server that says nothing at all for this long is silent. Milliseconds. */
const ANSWER_TIMEOUT_MS = 3000;

/**
 * Tries to talk to a server at a unix socket, also one that is still loading its data.
 * The connection carries `name` in CLIENT LIST before this resolves.
 */
export async function contactServer(socketPath: string, name: string): Promise<Contact> {
  const redis = new Redis({
    path: socketPath,
    connectionName: name,
    lazyConnect: true,
    commandTimeout: ANSWER_TIMEOUT_MS,
    enableOfflineQueue: false,
    // Ready as soon as the server talks; it may still be loading.
    enableReadyCheck: false,
    disableClientInfo: true,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  });
  let code: string | undefined;
  redis.on('error', (error: NodeJS.ErrnoException) => {
    code ??= error.code;
  });
  const closed = new Promise<void>((resolve) => {
    redis.once('end', resolve);
  });
  try {
    await redis.connect();
    const info = await redis.info('server').catch(replyText);
    const pid = Number(/^process_id:(\d+)/m.exec(info)?.[1] ?? 0);
    const directory = await directoryOf(redis);
    return {
      state: 'talking',
      line: makeControlLine(redis, { socketPath, pid, directory, closed }),
    };
  } catch {
    endConnection(redis);
    // EAGAIN: nobody takes connections from the full backlog of a server that hangs.
    const hangs = code === undefined || code === 'EAGAIN';
    return { state: hangs ? 'silent' : 'absent' };
  }
}

function makeControlLine(
  redis: Redis,
  facts: Pick<ControlLine, 'socketPath' | 'pid' | 'directory' | 'closed'>,
): ControlLine {
  return {
    ...facts,
    isClosed: () => redis.status === 'end',
    health: async () => {
      const reply = await redis
        .ping()
        .catch(replyText)
        .catch(() => undefined);
      if (reply === undefined) {
        return undefined;
      }
      return reply.startsWith('LOADING') ? 'loading' : 'ready';
    },
    loadingProgress: async () => {
      const info = await redis.info('persistence').catch(() => '');
      return `${/^loading_loaded_perc:(.*)$/m.exec(info)?.[1]?.trim() ?? '?'}%`;
    },
    otherConnectionNames: async () => {
      const id = String(await redis.client('ID'));
      const list = (await redis.client('LIST')) as string;
      return list
        .split('\n')
        .filter((line) => line.includes(' name=') && !line.startsWith(`id=${id} `))
        .map((line) => / name=(\S*)/.exec(line)?.[1] ?? '');
    },
    shutdown: async () => {
      try {
        await redis.call('SHUTDOWN');
      } catch (error) {
        if (error instanceof Error && error.name === 'ReplyError') {
          throw error;
        }
        await facts.closed;
      }
    },
    close: () => {
      endConnection(redis);
    },
  };
}

/** Ending an ended connection would keep the process for ioredis's two seconds of patience. */
function endConnection(redis: Redis): void {
  if (redis.status !== 'end') {
    redis.disconnect();
  }
}

async function directoryOf(redis: Redis): Promise<string | undefined> {
  const reply = await redis.config('GET', 'dir').catch(replyText);
  return Array.isArray(reply) ? String(reply[1]) : undefined;
}

/** The text of an error reply: it too shows that the server is alive. */
function replyText(error: unknown): string {
  if (error instanceof Error && error.name === 'ReplyError') {
    return error.message;
  }
  throw error;
}
