import { setTimeout as pause } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import type { LedgerEntry } from '../core/movement';
import type { HubRedis } from './commands';
import { keys } from './keys';
import { openEntry, type StreamEntry } from './ledgerEntry';
import { isOutage } from './outage';

/** How long Redis holds a read that finds nothing, ms. */
const BLOCK_MS = 2000;
/** Most entries of a tenant in one read. */
const BATCH_SIZE = 100;
/** Least time between two reads that found something, ms: busy ledgers are read in batches. */
const READ_INTERVAL_MS = 10;
/** Pause after a read that failed, ms. */
const RETRY_MS = 100;
/** Pause between two tries to end a read that does not know the latest tenant, ms. */
const WAKE_INTERVAL_MS = 20;

/** Takes a tenant's new entries, in the order of its ledger, none left out and none twice. */
export type EntryListener = (entries: LedgerEntry[]) => void;

interface Followed {
  listener: EntryListener;
  lastId: string;
}

/**
 * Follows the ledgers of some tenants, whichever process writes them, with one blocking read on a
 * connection of its own. Without a tenant to follow there is neither read nor connection. While
 * Redis is away it waits, and then goes on where it was.
 *
 * The keys of several tenants in one read lie in several slots: it is for a single Redis, not for a
 * Redis Cluster.
 */
export class LedgerTail {
  private readonly followed = new Map<string, Followed>();
  private connection: Redis | undefined;
  /** Id of the connection in Redis, and how often tenants were added: now, and in the read. */
  private clientId: number | undefined;
  private version = 0;
  private readVersion = 0;
  private waking = false;

  /**
   * @param redis its address is read from, and it ends reads that must take up another tenant
   * @param onFault told of what is neither an outage nor an answer, such as an entry that can't be
   *   read; reading goes on
   */
  constructor(
    private readonly redis: HubRedis,
    private readonly onFault: (error: unknown) => void = () => undefined,
  ) {}

  /**
   * Gives a listener what comes after a ledger id, until the returned function is called. A tenant
   * has one listener.
   */
  follow(tenantId: string, afterId: string, listener: EntryListener): () => void {
    const followed: Followed = { listener, lastId: afterId };
    this.followed.set(tenantId, followed);
    this.version += 1;
    if (this.connection) void this.wake();
    else void this.run();
    return () => {
      if (this.followed.get(tenantId) !== followed) return;
      this.followed.delete(tenantId);
      if (this.followed.size === 0) this.disconnect();
    };
  }

  private disconnect(): void {
    // A read under way fails, and its loop ends.
    this.connection?.disconnect();
    this.connection = undefined;
  }

  private async run(): Promise<void> {
    const connection = this.connect();
    this.connection = connection;
    while (this.connection === connection) {
      try {
        const found = await this.read(connection);
        if (found && this.connection === connection) await pause(READ_INTERVAL_MS);
      } catch (error) {
        if (this.connection !== connection) return;
        if (!isOutage(error)) this.onFault(error);
        await pause(RETRY_MS);
      }
    }
  }

  private connect(): Redis {
    const { commandTimeout = 0 } = this.redis.options;
    const timeoutMs = BLOCK_MS + commandTimeout;
    const connection = this.redis.duplicate({
      connectionName: `inventory-hub:${process.pid}:ledgers`,
      commandTimeout: timeoutMs,
      ...(this.redis.options.socketTimeout !== undefined && { socketTimeout: 2 * timeoutMs }),
      lazyConnect: true,
    });
    // Every failed attempt to connect is one; the reads that fail with it are enough.
    connection.on('error', () => undefined);
    connection.on('close', () => {
      if (this.connection === connection) this.clientId = undefined;
    });
    return connection;
  }

  /** Reads once; whether there was anything. */
  private async read(connection: Redis): Promise<boolean> {
    if (connection.status === 'wait') await connection.connect();
    this.clientId ??= await connection.client('ID');
    const tenants = [...this.followed];
    this.readVersion = this.version;
    const streams = await connection.xreadBuffer(
      'COUNT',
      BATCH_SIZE,
      'BLOCK',
      BLOCK_MS,
      'STREAMS',
      ...tenants.map(([tenantId]) => keys.ledger(tenantId)),
      ...tenants.map(([, { lastId }]) => lastId),
    );
    const byKey = new Map(tenants.map(([tenantId, each]) => [keys.ledger(tenantId), each]));
    for (const [key, entries] of streams ?? []) {
      const followed = byKey.get(key.toString())!;
      const opened = entries.flatMap((entry) => this.open(entry));
      followed.lastId = entries.at(-1)![0].toString();
      if (opened.length > 0) followed.listener(opened);
    }
    return streams !== null;
  }

  /** An entry that can't be read holds up no other: who is told of the next one misses it. */
  private open(entry: StreamEntry): LedgerEntry[] {
    try {
      return [openEntry(entry)];
    } catch (error) {
      this.onFault(error);
      return [];
    }
  }

  /**
   * Ends the read under way, which does not know the latest tenant. It may not have reached Redis
   * yet, so it is tried until the next read has begun. Where CLIENT UNBLOCK is not allowed, the
   * read ends by itself.
   */
  private async wake(): Promise<void> {
    if (this.waking) return;
    this.waking = true;
    try {
      while (this.connection && this.readVersion !== this.version) {
        if (this.clientId !== undefined) await this.redis.client('UNBLOCK', this.clientId);
        await pause(WAKE_INTERVAL_MS);
      }
    } catch {
      // The read under way ends in time.
    } finally {
      this.waking = false;
    }
  }
}
