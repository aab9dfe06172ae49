import { InventoryError } from '../core/errors';
import { keyOfGuid } from '../core/identity';
import type { InventoryItem } from '../core/item';
import { readsStock } from '../core/itemQuery';
import type { MovementLine } from '../core/movement';
import { postMovement } from '../redis/commands';
import type { InventoryDeps } from './deps';
import {
  recordedStep,
  stepOnce,
  stepTest,
  type ItemJobStep,
  type StepOutcome,
} from './itemJobStep';
import { updateStep } from './itemJobWrites';
import { itemsById } from './items';
import { withSettings } from './settings';

/** A step that adds units to items or takes some. */
export interface AdjustStep extends ItemJobStep {
  /** Signed. Taking stops at zero; of less than zero nothing is taken. */
  units: number;
  /** Whether an untracked item becomes a tracked one, with the units as its quantity. */
  track: boolean;
  /** Units: no quantity rises over it. */
  bound: number;
}

/**
 * Adjusts the items of a step that are still meant, all in one movement. With `track` those that
 * are not tracked are saved first, in a call of its own.
 *
 * Errors of an item: ITEM_NOT_TRACKED, INSUFFICIENT_AVAILABLE (its quantity is below zero already),
 * QUANTITY_OUT_OF_RANGE, REVISION_CONFLICT.
 *
 * @throws InventoryError REDIS_UNAVAILABLE
 */
export async function adjustStep(deps: InventoryDeps, step: AdjustStep): Promise<StepOutcome> {
  // It counts the ones saved first, too.
  const done = await recordedStep(deps, step);
  if (done || !step.track) return done ?? moveStep(deps, step);
  const { key, cause, units } = step;
  const { left = [], ...tracked } = await updateStep(deps, {
    ...step,
    key: `${key}:track`,
    cause: { ...cause, operation: 'UPDATE' },
    rowOf: (item) => (item.tracked ? undefined : { row: { quantity: Math.max(units, 0) } }),
  });
  const itemIds = left.map((place) => step.itemIds[place]!);
  return moveStep(deps, { ...step, itemIds }, tracked);
}

async function moveStep(
  deps: InventoryDeps,
  step: AdjustStep,
  before?: StepOutcome,
): Promise<StepOutcome> {
  const { tenantId, itemIds, cause, bound, where } = step;
  const isMeant = stepTest(step);
  const always = where !== undefined && readsStock(where);
  return stepOnce<never, MovementLine>(deps, step, {
    before,
    look: async (tally, refused) => {
      const items = await itemsById(deps, tenantId, itemIds);
      return items.flatMap((item, i) => {
        if (!isMeant(item)) {
          tally.skip();
          return [];
        }
        const line = refused.get(itemIds[i]!) ?? lineOf(item, step.units, always);
        if (line instanceof InventoryError) tally.fail(item.id, line);
        else tally.succeed();
        return line instanceof InventoryError || line.units === 0 ? [] : [line];
      });
    },
    write: (lines, call) =>
      withSettings(deps, tenantId, async ({ revision: settingsRevision }) => {
        const { retentionMs } = call;
        const post = { tenantId, lines, cause, bound, settingsRevision, retentionMs, call };
        const outcome = await postMovement(deps.redis, post);
        return outcome.replayed ? outcome.kept : undefined;
      }),
  });
}

/**
 * What an item is moved by, or why it is not. The quantity is compared where another one would mean
 * other units: where taking stops, and where the condition may no longer hold.
 */
function lineOf(
  { id, tracked, quantity, reserved }: InventoryItem,
  units: number,
  compares: boolean,
): MovementLine | InventoryError {
  if (!tracked) return new InventoryError('ITEM_NOT_TRACKED');
  const free = quantity - reserved;
  if (units < 0 && free < 0) return new InventoryError('INSUFFICIENT_AVAILABLE');
  const stops = units < 0 && free < -units;
  const compareQuantity = compares || stops ? quantity : null;
  return {
    key: keyOfGuid(id),
    units: stops ? -free : units,
    guard: 'strict',
    stockOnly: { absolute: false, compareQuantity },
  };
}
