import { randomUUID } from 'node:crypto';
import type { ItemCondition } from '../../src/core/itemQuery';
import type { MovementCause } from '../../src/core/movement';
import { openItemJobs } from '../../src/inventory/itemJobQueue';
import { itemJob, runItemJob, startItemJob } from '../../src/inventory/itemJobs';
import { itemJobKinds } from '../../src/items-rest/itemJobKinds';
import type { TestItem } from '../support/graphqlHub';
import { testRedisSocket } from '../support/redis';
import { wireHub, type WireBody } from './wireHub';

/** How far a job has come, as the wire has it. */
export interface WireJob {
  id: string;
  status: string;
  total: number | null;
  succeeded: number;
  skipped: number;
  failed: number;
  errors: { inventoryItemId: string; code: string; description: string }[];
}

const BULK = '/bulk/inventory-items';
const CAUSE: MovementCause = { operation: 'UPDATE', actor: 'user:test' };

/** A hub for the tests of a file about jobs, and how they start and run them. */
export function jobHub() {
  const wire = wireHub();
  const { hub, run } = wire;
  const failures: object[] = [];
  const log = { error: (fields: object) => void failures.push(fields) };
  afterAll(() => {
    expect(failures).toEqual([]);
  });

  const start = async (method: string, body: object): Promise<string> =>
    (await run<{ jobId: string }>('POST', `${BULK}/${method}`, body)).jobId;
  const progress = async (jobId: string): Promise<WireJob> =>
    (await run<{ job: WireJob }>('GET', `${BULK}/jobs/${jobId}`)).job;

  /** Starts a job by REST and asks how it goes until it is done. */
  const finish = async (method: string, body: object): Promise<WireJob> => {
    const jobId = await start(method, body);
    let job = await progress(jobId);
    while (job.status === 'RUNNING') job = await progress(jobId);
    return job;
  };

  /** Items of a product of their own: its id, and theirs. */
  const shelf = async (levels: readonly TestItem[]) => {
    const productId = randomUUID();
    const items = levels.map((level) => ({ productId, variantId: randomUUID(), ...level }));
    return { productId, ids: await hub().addItems(items) };
  };

  const items = async (ids: readonly string[]): Promise<WireBody[]> => {
    const found = await Promise.all(
      ids.map((id) => run<{ inventoryItem: WireBody }>('GET', `/inventory-items/${id}`)),
    );
    return found.map(({ inventoryItem }) => inventoryItem);
  };
  const quantities = async (ids: readonly string[]) =>
    (await items(ids)).map(({ quantity }) => quantity);

  /** Starts a job that only `go` runs. */
  const order = async (kind: string, where: ItemCondition, input: unknown) => {
    const { inventory, tenantId } = hub();
    const asked = { kind, where, input, cause: CAUSE };
    const jobId = await startItemJob(inventory, tenantId, asked, () => Promise.resolve());
    return { tenantId, jobId };
  };
  /** Runs a job until its turn is over; its kinds may be others. */
  const go = (ticket: { tenantId: string; jobId: string }, kinds = itemJobKinds) =>
    runItemJob(hub().inventory, kinds, ticket, { log });
  const state = ({ jobId }: { jobId: string }) => itemJob(hub().inventory, hub().tenantId, jobId);

  return { ...wire, start, progress, finish, shelf, items, quantities, order, go, state, log };
}

/** Has the hub of a file run the jobs that it takes, in this process. */
export function jobWorker({ hub, log }: Pick<ReturnType<typeof jobHub>, 'hub' | 'log'>): void {
  let jobs: ReturnType<typeof openItemJobs>;
  beforeAll(() => {
    jobs = openItemJobs(hub().inventory, { socketPath: testRedisSocket() }, itemJobKinds, log);
  });
  afterAll(() => jobs.close());
}

/** A quantity of a tracked item. */
export const stock = (quantity: number): TestItem => ({ tracked: true, quantity });
