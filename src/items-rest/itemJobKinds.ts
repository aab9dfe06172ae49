import type { InventoryError } from '../core/errors';
import type { InventoryItem } from '../core/item';
import { adjustStep } from '../inventory/itemJobAdjust';
import type { ItemJobKind } from '../inventory/itemJobs';
import { createStep, deleteStep, updateStep } from '../inventory/itemJobWrites';
import type { ItemRow } from '../inventory/itemColumns';
import { applicationErrorOf } from './errorEnvelope';
import type { InvalidFields } from './fieldViolation';
import { rowOfChange, type ItemChange } from './itemChange';
import { moveRefusal } from './moveRefusal';
import { WIRE_QUANTITY } from './writtenItem';
import type { WixRefusal } from './wixRefusal';

/** What the job that adjusts is told. */
export interface AdjustInput {
  /** Signed units. */
  units: number;
  /** Whether untracked items become tracked ones. */
  track: boolean;
}

/** What the job that creates is told. */
export interface CreateInput {
  /** GUID. */
  locationId: string;
  /** Units. */
  quantity: number;
}

/** What is done with the items of a job, by its kind. */
export const itemJobKinds: Readonly<Record<string, ItemJobKind>> = {
  UPDATE: (deps, tenantId, { where, cause, input }, step) =>
    updateStep<WixRefusal | InvalidFields>(deps, {
      ...step,
      ...{ tenantId, where, cause, failureOf },
      rowOf: (item) => {
        const lowers = 'REQUESTED_QUANTITY_MUST_BE_NON_NEGATIVE_DECREASING';
        const row = rowOfChange(input as ItemChange, item, lowers);
        return row instanceof Error ? { refusal: row } : { row };
      },
    }),
  DELETE: (deps, tenantId, { where, cause }, step) =>
    deleteStep(deps, { ...step, tenantId, where, cause, failureOf }),
  ADJUST: (deps, tenantId, { where, cause, input }, step) => {
    const { units, track } = input as AdjustInput;
    return adjustStep(deps, {
      ...step,
      ...{ tenantId, where, cause, units, track, bound: WIRE_QUANTITY.max },
      failureOf: (error) => failureOf(moveRefusal(error, units > 0 ? 'increment' : 'decrement')),
    });
  },
  CREATE: (deps, tenantId, { where, cause, input }, step) => {
    const { locationId, quantity } = input as CreateInput;
    return createStep(deps, {
      ...step,
      ...{ tenantId, where, cause, failureOf, locationId },
      rowOf: (model) => ({ ...describedAs(model), quantity }),
    });
  },
};

function failureOf(error: WixRefusal | InventoryError) {
  const { code, description } = applicationErrorOf(error);
  return { code, message: description };
}

/** What describes the variant, wherever it is. */
function describedAs(model: InventoryItem): ItemRow {
  const { name, variantName, sku, barcode, visible, brandId, brandName, categoryIds } = model;
  const words = { name, variantName, sku, barcode, visible, brandId, brandName, categoryIds };
  return Object.fromEntries(Object.entries(words).filter(([, value]) => value !== undefined));
}
