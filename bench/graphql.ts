import { join } from 'node:path';
import { signApiToken } from '../src/auth/signApiToken';
import { guidOfKey } from '../src/core/identity';
import { hubTokenName } from '../src/settings';
import { openBenchStore } from './benchStore';
import { runLoad } from './load';
import { median } from './medians';
import { printTable, shown } from './printTable';
import { startHub, startServer, type MeasuredServer } from './servers';
import { makeBenchKeys } from './signedCalls';
import { benchTenantId, makeItems, stockItems, type StockedItem } from './stockedTenant';

/** What to measure of GraphQL. */
export interface GraphqlBench {
  rounds: number;
  /** Longest time of one server in one round. */
  seconds: number;
  /** Items of the tenant. */
  items: number;
}

const CALLERS = 32;
const PLENTY = 900_000_000;
const SECRET = 'a secret of the benchmark, with more than 32 bytes';

const ADJUST = `mutation ($id: ID!) {
  inventoryAdjustQuantities(
    input: { reason: CORRECTION, changes: [{ itemId: $id, delta: -1, compareQuantity: null }] }
  ) { movement { id lines { itemId quantityAfter } } userErrors { code } }
}`;
const PAGE = `{
  inventoryItems(first: 50) {
    nodes { id name sku quantity available availabilityStatus }
    pageInfo { hasNextPage endCursor }
  }
}`;

/** Measures a one-line change and a page of 50 items beside an Apollo server that says hello. */
export async function benchGraphql(bench: GraphqlBench): Promise<void> {
  const store = await openBenchStore();
  const servers: MeasuredServer[] = [];
  try {
    console.log(`${store.description}, node ${process.version}, ${CALLERS} callers`);
    const items = makeItems(bench.items);
    await stockItems(await store.connect(0), items, PLENTY);
    const settings = { AUTH_SECRET: SECRET, RATE_LIMIT_PER_MINUTE: '1000000000' };
    servers.push(await startHub(store, makeBenchKeys(), [], settings));
    servers.push(
      await startServer('floor', ['--import', 'tsx', join(__dirname, 'helloServer.ts')], {
        NODE_ENV: 'production',
      }),
    );
    const rows = await measure(servers, await requests(items), bench);
    console.log(
      `\nGraphQL over HTTP, ${bench.items} items: beside an Apollo server that says hello\n`,
    );
    const head = ['operation', 'requests/s', 'p50 ms', 'p99 ms', 'ratio to hello'];
    printTable(head, rows);
  } finally {
    for (const server of servers) await server.stop();
    await store.close();
  }
}

type Requests = Readonly<Record<'hello' | 'adjust one line' | 'page of 50 items', Buffer[]>>;

async function requests(items: readonly StockedItem[]): Promise<Requests> {
  const token = await signApiToken(SECRET, {
    tenantId: benchTenantId,
    subject: 'bench',
    scopes: ['inventory:write'],
    issuer: hubTokenName,
    audience: hubTokenName,
    expiresInSeconds: 86_400,
  });
  const hello = 'mutation ($name: String!) { hello(name: $name) }';
  return {
    hello: [httpRequest(hello, { name: 'world' })],
    'adjust one line': items
      .slice(0, 5000)
      .map(({ key }) => httpRequest(ADJUST, { id: guidOfKey(key) }, token)),
    'page of 50 items': [httpRequest(PAGE, {}, token)],
  };
}

function httpRequest(query: string, variables: object, token?: string): Buffer {
  const body = JSON.stringify({ query, variables });
  const head = [
    'POST /graphql HTTP/1.1',
    'Host: 127.0.0.1',
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    ...(token === undefined ? [] : [`Authorization: Bearer ${token}`]),
  ];
  return Buffer.from(`${head.join('\r\n')}\r\n\r\n${body}`);
}

async function measure(
  [hub, floor]: readonly MeasuredServer[],
  calls: Requests,
  { rounds, seconds }: GraphqlBench,
): Promise<string[][]> {
  const names = Object.keys(calls) as (keyof Requests)[];
  const results = names.map(() => [] as Awaited<ReturnType<typeof runLoad>>[]);
  for (let round = -1; round < rounds; round += 1) {
    const order = round % 2 === 0 ? names : [...names].reverse();
    for (const name of order) {
      const server = name === 'hello' ? floor! : hub!;
      // Enough for any server: the requests are the same over and over.
      const many = Array.from({ length: 20_000 * seconds }, (_, i) => {
        const each = calls[name];
        return each[i % each.length]!;
      });
      const result = await runLoad(server.port, many, { callers: CALLERS, seconds });
      // The first round only warms up.
      if (round >= 0) results[names.indexOf(name)]!.push(result);
    }
  }
  return names.map((name, i) => {
    const own = results[i]!;
    const ratio = median(own.map(({ rate }, round) => rate / results[0]![round]!.rate));
    const middle = (field: 'rate' | 'p50' | 'p99') => median(own.map((each) => each[field]));
    return [
      name,
      shown(middle('rate')),
      shown(middle('p50')),
      shown(middle('p99')),
      name === 'hello' ? '' : ratio.toFixed(2),
    ];
  });
}
