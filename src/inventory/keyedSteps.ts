import { endOf, keepIdleCall, type KeyedCall } from '../redis/callRecord';
import type { InventoryDeps } from './deps';
import { callAbout, earlierCall, onceByKey } from './keyedInput';

/** A call of several steps: what it decides, then what it does, which may be done again. */
export interface Steps<Plan> {
  /** Changes nothing. The plan must survive JSON. */
  decide: () => Promise<Plan>;
  act: (plan: Plan) => Promise<void>;
}

/** What became of a call of several steps. */
export interface StepsOutcome<Plan> {
  plan: Plan;
  /** An earlier call with the same key decided it. */
  replayed: boolean;
}

/**
 * Does a keyed call that can't be one step. What it decides is recorded before anything is done: a
 * repeat decides nothing anew, finishes what was broken off, and does nothing once all is done.
 *
 * @throws InventoryError IDEMPOTENCY_KEY_MISMATCH, REDIS_UNAVAILABLE, and those of the steps
 */
export async function takeSteps<Plan>(
  deps: Pick<InventoryDeps, 'redis'>,
  tenantId: string,
  keyed: KeyedCall | undefined,
  steps: Steps<Plan>,
): Promise<StepsOutcome<Plan>> {
  const call = callAbout(keyed, { inSteps: true });
  if (!call) {
    const plan = await steps.decide();
    await steps.act(plan);
    return { plan, replayed: false };
  }
  const replay = (kept: string) => ({ plan: JSON.parse(kept) as Plan, replayed: true });
  const action = async () => {
    const plan = await steps.decide();
    const kept = JSON.stringify(plan);
    if (await keepIdleCall(deps.redis, tenantId, { ...call, kept })) {
      return { plan, replayed: false };
    }
    const earlier = await earlierCall(deps, tenantId, call);
    return replay(earlier?.kept ?? kept);
  };
  const outcome = await onceByKey(deps, tenantId, call, { action, replay });
  const end = endOf(call);
  if (outcome.replayed && (await earlierCall(deps, tenantId, end))) return outcome;
  await steps.act(outcome.plan);
  await keepIdleCall(deps.redis, tenantId, { ...end, kept: '' });
  return outcome;
}
