import { randomBytes, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadScript } from '../src/lua/loadScript';
import type { HubRedis } from '../src/redis/commands';
import { keys } from '../src/redis/keys';
import { packLines } from '../src/redis/packing';
import { median } from './medians';
import { scriptArguments, scriptKeys } from './scriptArguments';
import { benchTenantId, chooseItems, type KeyChoice, type StockedItem } from './stockedTenant';

/** One size of call that the script is measured with. */
export interface ScriptCase {
  lines: number;
  choice: KeyChoice;
  /** Share of the lines (0..1, at least one line) that cross a status; 0: none does. */
  crossing: number;
}

/** Time of a script call inside Redis, medians of the rounds. */
export interface ScriptTime {
  /** Microseconds per call. */
  script: number;
  minimal: number;
  /** Median of the rounds' ratios script / minimal. */
  ratio: number;
}

/** What is there to move: `many` have plenty of stock, `single` have one unit each. */
export interface Stock {
  many: readonly StockedItem[];
  single: readonly StockedItem[];
}

type Arguments = (string | number | Buffer)[];

const IN_FLIGHT = 16;

/** Calls of a script in one round: few, so that both scripts meet the same moments. */
function callsPerRound(lines: number): number {
  return lines <= 10 ? 200 : Math.max(10, 2 * Math.floor(3000 / lines));
}

const ROUNDS_PER_ROUND = 12;

/**
 * Measures postMovement beside the minimal script: the same lines, ledger texts and order ids, in
 * many short rounds that alternate, by the time Redis itself counts for EVALSHA.
 *
 * @param rounds rounds of the benchmark; the short ones here are twelve times as many
 */
export async function measureScript(
  redis: HubRedis,
  stock: Stock,
  scriptCase: ScriptCase,
  { rounds }: { rounds: number },
): Promise<ScriptTime> {
  const minimal = readFileSync(join(__dirname, 'minimal.lua'), 'utf8');
  const shas: string[] = [];
  for (const text of [loadScript('postMovement'), minimal]) {
    shas.push((await redis.script('LOAD', text)) as string);
  }
  const times: [number, number][] = [];
  for (let round = -3; round < rounds * ROUNDS_PER_ROUND; round += 1) {
    const calls = makeCalls(stock, scriptCase, callsPerRound(scriptCase.lines));
    const time: [number, number] = [0, 0];
    for (const which of round % 2 === 0 ? ([0, 1] as const) : ([1, 0] as const)) {
      const argumentsOf = which === 0 ? fullCall : minimalCall;
      time[which] = await timeCalls(
        redis,
        calls.map((call) => [shas[which]!, ...argumentsOf(call)]),
      );
    }
    // The first rounds only warm up.
    if (round >= 0) times.push(time);
  }
  return {
    script: median(times.map(([full]) => full)),
    minimal: median(times.map(([, least]) => least)),
    ratio: median(times.map(([full, least]) => full / least)),
  };
}

interface Call {
  orderId: string;
  direction: '-' | '+';
  lines: Buffer;
}

/** Every second call gives back what the one before it took, so that stock lasts for ever. */
function makeCalls(
  { many, single }: Stock,
  { lines, choice, crossing }: ScriptCase,
  count: number,
): Call[] {
  const calls: Call[] = [];
  const crossingLines = crossing === 0 ? 0 : Math.max(1, Math.floor(lines * crossing));
  while (calls.length < count) {
    const items = [
      ...chooseItems(single, crossingLines, 'spread'),
      ...chooseItems(many, lines - crossingLines, choice),
    ];
    for (const direction of ['-', '+'] as const) {
      const units = direction === '-' ? -1 : 1;
      const guard = direction === '-' ? 'strict' : 'unrestricted';
      const packed = packLines(items.map(({ key }) => ({ key, units, guard })));
      calls.push({ orderId: randomUUID(), direction, lines: packed });
    }
  }
  return calls;
}

function ledgerText({ orderId, direction }: Call): string {
  return JSON.stringify({
    operation: direction === '-' ? 'DECREMENT' : 'INCREMENT',
    reason: direction === '-' ? 'ORDER_PLACED' : 'ORDER_CANCELED',
    orderId,
    actor: 'member:2b7c1e5a-9a9d-4b0e-8f7e-3f6f0f0f0f0f',
    requestId: '1736422399.42314521531',
  });
}

function fullCall(call: Call): Arguments {
  const digests = { call: randomBytes(12), content: randomBytes(12) };
  const cause = ledgerText(call);
  return [scriptKeys, ...scriptArguments({ tenantId: benchTenantId, ...call, cause, digests })];
}

function minimalCall(call: Call): Arguments {
  return [
    3,
    keys.levels(benchTenantId),
    keys.ledger(benchTenantId),
    keys.order(benchTenantId, `${call.orderId}-minimal`),
    call.lines,
    ledgerText(call),
    Date.now(),
  ];
}

/** Makes calls in order, some in flight at a time; microseconds that Redis counts per call. */
async function timeCalls(redis: HubRedis, calls: readonly Arguments[]): Promise<number> {
  await redis.config('RESETSTAT');
  const flying: Promise<unknown>[] = [];
  for (const call of calls) {
    if (flying.length >= IN_FLIGHT) checkReply(await flying.shift());
    const reply = redis.callBuffer('EVALSHA', ...call);
    // A failure is thrown when its turn comes; until then it isn't an unhandled one.
    reply.catch(() => undefined);
    flying.push(reply);
  }
  for (const reply of await Promise.all(flying)) checkReply(reply);
  const [, made, usec] = /^cmdstat_evalsha:calls=(\d+),usec=(\d+)/m.exec(
    await redis.info('commandstats'),
  )!;
  return Number(usec) / Number(made);
}

function checkReply(reply: unknown): void {
  const word = String((reply as Buffer[])[0]);
  if (word !== 'OK') throw new Error(`a measured call was answered ${word}`);
}
