import { wixReasons, type MovementCause, type Operation } from '../core/movement';
import type { FieldReader } from './fieldReader';
import type { RestCall } from './route';

/** Who does it and why. `request`: where `reason` may stand. */
export function causeOf(
  { principal, requestId }: Pick<RestCall, 'principal' | 'requestId'>,
  operation: Operation,
  request?: FieldReader,
): MovementCause {
  const reason = request?.word('reason', wixReasons);
  const actor = `user:${principal.subject}`;
  return { operation, ...(reason && { reason }), actor, requestId };
}
