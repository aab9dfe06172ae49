import { Argument, Command, InvalidArgumentError } from 'commander';
import { isGuid } from '../core/identity';
import { HUB_TARGET_ID } from '../core/webhook';
import {
  letterCursor,
  listDeadLetters,
  MAX_LETTERS_PER_CALL,
  replayDeadLetters,
} from '../events/deadLetters';
import type { DeliveryDeps } from '../events/deliveryDeps';
import { closeDeliveryQueues, openDeliveryQueues } from '../events/deliveryQueues';
import { replayEvents, type ReplayBound } from '../events/replays';
import { retryWaiting } from '../events/retryWaiting';
import { CommandFailure, configOf, print, say, withInventory } from './commandLine';
import type { CommandLine } from './commandLine';
import { describeDeadLetter, jsonOfDeadLetter } from './describeDeadLetter';
import { parseGuid, parseTenant } from './options';
import { webhooksListCommand } from './webhooksListCommand';

/** `hub webhooks …`: how webhooks are delivered, for operators. */
export function webhooksCommand(line: CommandLine): Command {
  return new Command('webhooks')
    .description('receivers of events: how delivery goes, and what to send once more')
    .addCommand(webhooksListCommand(line))
    .addCommand(deadLettersCommand(line))
    .addCommand(replayDeadLettersCommand(line))
    .addCommand(replayCommand(line))
    .addCommand(retryNowCommand(line));
}

/** A command about one receiver: `<tenant> <receiver>`. */
function receiverCommand(name: string, description: string): Command {
  const receiver = `subscription id (GUID), or ${HUB_TARGET_ID}: the target of WEBHOOK_TARGET_URL`;
  return new Command(name)
    .description(description)
    .addArgument(new Argument('<tenant>', 'Wix app instance id (GUID)').argParser(parseTenant))
    .addArgument(new Argument('<receiver>', receiver).argParser(parseReceiver));
}

/** @throws InvalidArgumentError */
function parseReceiver(text: string): string {
  if (text === HUB_TARGET_ID) return text;
  if (!isGuid(text)) throw new InvalidArgumentError(`It must be a GUID or ${HUB_TARGET_ID}.`);
  return text.toLowerCase();
}

function deadLettersCommand(line: CommandLine): Command {
  return receiverCommand('dead-letters', 'print the events that were given up, the oldest first')
    .option('--json', 'print one JSON object per line')
    .action(async (tenantId: string, id: string, { json }: { json?: true }) => {
      await withInventory(line, async (deps, signal) => {
        for await (const letters of deadLetters(deps, tenantId, id, signal)) {
          const shown = json ? jsonOfDeadLetter : describeDeadLetter;
          for (const letter of letters) print(line, shown(letter));
        }
      });
    });
}

async function* deadLetters(
  deps: Pick<DeliveryDeps, 'redis'>,
  tenantId: string,
  id: string,
  signal: AbortSignal,
) {
  let after: string | undefined;
  for (let more = true; more;) {
    if (signal.aborted) throw new CommandFailure('Interrupted.');
    const ask = { id, first: MAX_LETTERS_PER_CALL, after, operator: true };
    const { letters, hasNextPage } = await listDeadLetters(deps, tenantId, ask);
    yield letters;
    const last = letters.at(-1);
    after = last && letterCursor(last);
    more = hasNextPage && last !== undefined;
  }
}

function replayDeadLettersCommand(line: CommandLine): Command {
  return receiverCommand('replay-dead-letters', 'have dead letters tried again, all or some')
    .option('--event <id...>', 'ids of the events; default: all', addGuid)
    .action(async (tenantId: string, id: string, { event: named }: { event?: string[] }) => {
      const count = await withDelivery(line, async (deps, signal) => {
        const eventIds = named ?? (await letterIds(deps, tenantId, id, signal));
        let replayed = 0;
        for (let at = 0; at < eventIds.length; at += MAX_LETTERS_PER_CALL) {
          if (signal.aborted) throw new CommandFailure('Stopped. Run it again to go on.');
          const page = eventIds.slice(at, at + MAX_LETTERS_PER_CALL);
          const ask = { id, eventIds: page, operator: true };
          replayed += (await replayDeadLetters(deps, tenantId, ask)).count;
        }
        return replayed;
      });
      print(line, `Dead letters that are tried again: ${count}.`);
      const missing = (named?.length ?? 0) - count;
      if (missing <= 0) return;
      say(line, `No dead letters of the receiver: ${missing} of those named.`);
      line.exitCode = 1;
    });
}

/** @throws InvalidArgumentError */
function addGuid(text: string, before: readonly string[] | undefined): string[] {
  return [...new Set([...(before ?? []), parseGuid(text)])];
}

/** All at first: one that fails meanwhile is a dead letter again. */
async function letterIds(
  deps: Pick<DeliveryDeps, 'redis'>,
  tenantId: string,
  id: string,
  signal: AbortSignal,
): Promise<string[]> {
  const ids: string[] = [];
  for await (const letters of deadLetters(deps, tenantId, id, signal)) {
    for (const letter of letters) ids.push(letter.id);
  }
  return ids;
}

function replayCommand(line: CommandLine): Command {
  return receiverCommand('replay', 'send the events of a range of movements once more')
    .requiredOption('--from <place>', 'after this cursor, or at this time and later', parseBound)
    .option('--to <place>', 'the last movement; default: the last one there is', parseBound)
    .action(
      async (
        tenantId: string,
        id: string,
        { from, to }: { from: ReplayBound; to?: ReplayBound },
      ) => {
        await withDelivery(line, (deps) =>
          replayEvents(deps, tenantId, { id, from, to, operator: true }),
        );
        print(line, 'The events are sent once more, beside the new ones.');
      },
    );
}

/** A cursor of `events`, or a time of RFC 3339. @throws InvalidArgumentError */
function parseBound(text: string): ReplayBound {
  if (/^\d+-\d+(\+\d+)?$/.test(text)) return { cursor: text };
  const isTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/i.test(text);
  const timeMs = isTime ? Date.parse(text) : NaN;
  if (timeMs >= 0) return { timeMs };
  throw new InvalidArgumentError(
    'It must be a cursor, such as 1750000000000-12, or a time, such as 2026-01-31T08:00:00Z.',
  );
}

function retryNowCommand(line: CommandLine): Command {
  return receiverCommand(
    'retry-now',
    'have the events that wait for another attempt tried now',
  ).action(async (tenantId: string, id: string) => {
    const { count } = await withDelivery(line, (deps) =>
      retryWaiting(deps, tenantId, { id, operator: true }),
    );
    print(line, `Waiting events that are tried now: ${count}.`);
  });
}

/** Runs something that has the hub's processes send events: they do so while one runs. */
async function withDelivery<T>(
  line: CommandLine,
  action: (
    deps: Pick<DeliveryDeps, 'redis' | 'queues' | 'retryDelaysMs'>,
    signal: AbortSignal,
  ) => Promise<T>,
): Promise<T> {
  const { webhookRetryScheduleSeconds } = configOf(line);
  const retryDelaysMs = webhookRetryScheduleSeconds.map((seconds) => 1000 * seconds);
  return withInventory(line, async ({ redis }, signal, store) => {
    const queues = openDeliveryQueues(store, (error) => {
      say(line, error.message);
    });
    try {
      return await action({ redis, queues, retryDelaysMs }, signal);
    } finally {
      await closeDeliveryQueues(queues);
    }
  });
}
