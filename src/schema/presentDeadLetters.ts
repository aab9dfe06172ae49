import type { UndeliveredEvent } from '../core/webhook';
import { letterCursor, type DeadLetterPage } from '../events/deadLetters';
import { eventTypeName } from '../events/wixEnvelope';
import type { WebhookDeadLetter, WebhookDeadLetterConnection } from './deadLetter.type';
import { eventTypeToName } from './inventoryEventType';

/** A page whose count is made when it is asked for. */
export type PresentedDeadLetters = Omit<WebhookDeadLetterConnection, 'totalCount'> & {
  totalCount: Promise<number>;
};

/** Dead letters in the words of the schema. */
export function presentDeadLetters(
  { letters, hasNextPage }: DeadLetterPage,
  after: string | undefined,
  count: () => Promise<number>,
): PresentedDeadLetters {
  const edges = letters.map((letter) => {
    return { cursor: letterCursor(letter), node: presentDeadLetter(letter) };
  });
  return {
    nodes: edges.map(({ node }) => node),
    edges,
    pageInfo: {
      hasNextPage,
      hasPreviousPage: after !== undefined,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
    get totalCount() {
      return count();
    },
  };
}

function presentDeadLetter(letter: UndeliveredEvent): WebhookDeadLetter {
  const { id, type, itemId, timeMs, attempts, failedMs, failure, body } = letter;
  return {
    eventId: id,
    type: eventTypeToName(type),
    eventType: eventTypeName(type),
    itemId,
    time: new Date(timeMs),
    attempts,
    failedDate: new Date(failedMs),
    failure,
    payload: JSON.parse(body) as Record<string, unknown>,
  };
}
