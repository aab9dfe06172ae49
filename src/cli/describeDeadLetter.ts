import type { UndeliveredEvent } from '../core/webhook';
import { eventTypeName } from '../events/wixEnvelope';

/** A dead letter for people, and its payload in the line below. */
export function describeDeadLetter(letter: UndeliveredEvent): string {
  const { id, type, attempts, failedMs, failure, body } = letter;
  const failed = new Date(failedMs).toISOString();
  return `${failed}  ${id}  ${type}  ${attempts} attempts, the last: ${failure}\n  ${body}`;
}

/** A dead letter as one line of JSON, with the names that GraphQL has. */
export function jsonOfDeadLetter(letter: UndeliveredEvent): string {
  const { id, type, itemId, timeMs, attempts, failedMs, failure, body } = letter;
  return JSON.stringify({
    eventId: id,
    eventType: eventTypeName(type),
    itemId,
    time: new Date(timeMs).toISOString(),
    attempts,
    failedDate: new Date(failedMs).toISOString(),
    failure,
    payload: JSON.parse(body) as object,
  });
}
