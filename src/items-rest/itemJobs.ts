import { InventoryError } from '../core/errors';
import { guidOfKey, itemKey } from '../core/identity';
import type { InventoryItem } from '../core/item';
import type { ItemCondition } from '../core/itemQuery';
import type { MovementCause } from '../core/movement';
import { adjustFound } from '../inventory/adjustFound';
import { itemJob, startItemJob, type ItemJob, type ItemJobKind } from '../inventory/itemJobs';
import { itemsById } from '../inventory/items';
import { removePresentItems } from '../inventory/removePresentItems';
import { writeItems, type ItemWrite, type WriteOutcome } from '../inventory/writeItems';
import { causeOf } from './causeOf';
import { applicationErrorOf } from './errorEnvelope';
import { readFieldMask } from './fieldMask';
import { FieldReader } from './fieldReader';
import type { InvalidFields } from './fieldViolation';
import { readItemChange, rowOfChange } from './itemChange';
import { readRequest } from './request';
import type { RestCall, Route } from './route';
import { WIRE_QUANTITY } from './writtenItem';
import { parseFilter } from './wireFilter';
import { bothOf, parseSearch } from './wireSearch';
import { WixRefusal } from './wixRefusal';

/*
 * Changes of all items that a filter finds (Wix Inventory Items V3, the methods "by filter"). They
 * are made after the answer, by any of the hub's processes.
 */

const AMOUNT = { min: 1, max: WIRE_QUANTITY.max } as const;
const NEW_QUANTITY = { min: 0, max: WIRE_QUANTITY.max } as const;

/** What the job that adjusts is told. */
interface AdjustInput {
  /** Signed units. */
  units: number;
  /** Whether untracked items become tracked ones. */
  track: boolean;
}

/** What the job that creates is told. */
interface CreateInput {
  locationId: string;
  quantity: number;
}

/** Reads what a job is told from a request; notes what is wrong with it. */
type ReadInput = (request: FieldReader, call: RestCall) => unknown;

/** The methods by filter, and how far a job has come. */
export const itemJobRoutes: readonly Route[] = [
  start('update-by-filter', 'UPDATE', 'UPDATE', readUpdate),
  start('delete-by-filter', 'DELETE', 'DELETE', () => null),
  start('adjust-by-filter', 'ADJUST', 'ADJUST', (request) => {
    const track = request.flag('trackQuantity') ?? false;
    return { units: readUnits(request.required('adjustment')), track } satisfies AdjustInput;
  }),
  start('set-or-adjust-by-filter', 'ADJUST', 'ADJUST', (request) => {
    const units = readUnits(request.required('adjustedInventoryAction'));
    return { units, track: true } satisfies AdjustInput;
  }),
  start('create-by-variant-filter', 'CREATE', 'CREATE', readCreate),
  {
    verb: 'get',
    path: '/bulk/inventory-items/jobs/:id',
    scope: 'inventory:read',
    handler: async ({ deps, tenantId, params }) => ({
      job: wireJob(await itemJob(deps, tenantId, params['id'] ?? '')),
    }),
  },
];

/** What is done with the items of a job, by its kind. */
export const itemJobKinds: Readonly<Record<string, ItemJobKind>> = {
  UPDATE: updateItems,
  DELETE: async (deps, tenantId, { cause }, itemIds) => {
    await removePresentItems(deps, tenantId, itemIds, cause);
    // What is gone already is as it should be.
    return itemIds.map(() => undefined);
  },
  ADJUST: async (deps, tenantId, { id, cause, input }, itemIds) => {
    const { units, track } = input as AdjustInput;
    const adjust = { units, track, max: WIRE_QUANTITY.max, cause, idempotencyKey: `job:${id}` };
    const errors = await adjustFound(deps, tenantId, itemIds, adjust);
    return errors.map((error) => error && failure(error));
  },
  CREATE: createItems,
};

function start(
  name: string,
  kind: string,
  operation: MovementCause['operation'],
  readInput: ReadInput,
): Route {
  return {
    verb: 'post',
    path: `/bulk/inventory-items/${name}`,
    scope: 'inventory:write',
    handler: async (call) => {
      const { deps, tenantId, body } = call;
      const { itemJobs } = deps;
      if (!itemJobs) throw new InventoryError('INTERNAL', 'This process takes no jobs.');
      const { input, cause } = readRequest(call, (request) => {
        if (request.raw('filter') == null) request.miss('filter', 'an object; {} finds all items');
        return { input: readInput(request, call), cause: causeOf(call, operation, request) };
      });
      const where = readWhere(body as Record<string, unknown>);
      const order = { kind, where, input, cause };
      return { jobId: await startItemJob(deps, tenantId, order, (job) => itemJobs.add(job)) };
    },
  };
}

function readWhere(body: Record<string, unknown>): ItemCondition | undefined {
  return bothOf(parseFilter(body['filter'], 'filter'), parseSearch(body['search'], 'search'));
}

/** The wire form is kept, and read again by the job. */
function readUpdate(request: FieldReader): unknown {
  readItemChange(request.required('inventoryItem'), readFieldMask(request));
  return { inventoryItem: request.raw('inventoryItem'), fieldMask: request.raw('fieldMask') };
}

function readUnits(action: FieldReader): number {
  const up = action.wholeNumber('incrementBy', AMOUNT);
  const down = action.wholeNumber('decrementBy', AMOUNT);
  const given = ['incrementBy', 'decrementBy'].filter((name) => action.raw(name) != null);
  if (given.length !== 1) action.miss('incrementBy', 'given, or decrementBy: one of the two');
  return (up ?? 0) - (down ?? 0);
}

function readCreate(request: FieldReader): CreateInput {
  const locationId = request.guid('locationId');
  if (request.raw('locationId') == null) request.miss('locationId', 'a GUID');
  const creation = request.required('inventoryCreationData');
  const quantity = creation.wholeNumber('quantity', NEW_QUANTITY);
  if (creation.raw('quantity') == null) creation.miss('quantity', 'a whole number from 0 to 99999');
  return { locationId: locationId ?? '', quantity: quantity ?? 0 };
}

type Write = ItemWrite<WixRefusal | InvalidFields>;

/** Sets the same values once more when it is done again: nothing changes then. */
async function updateItems(
  ...[deps, tenantId, { input, cause }, itemIds]: Parameters<ItemJobKind>
): ReturnType<ItemJobKind> {
  const fields = new FieldReader(input, '', []);
  const change = readItemChange(fields.required('inventoryItem'), readFieldMask(fields));
  const writes = itemIds.map((id): Write => ({
    id,
    rowOf: (present: InventoryItem | null) => {
      if (!present) return { refusal: new WixRefusal('NOT_FOUND') };
      const lowers = 'REQUESTED_QUANTITY_MUST_BE_NON_NEGATIVE_DECREASING';
      const row = rowOfChange(change, present, lowers);
      return row instanceof Error ? { refusal: row } : { row };
    },
  }));
  return (await writeItems(deps, tenantId, { writes, cause })).map(failureOf);
}

/** A variant that has an item at the location already is left alone. */
async function createItems(
  ...[deps, tenantId, { input, cause }, itemIds]: Parameters<ItemJobKind>
): ReturnType<ItemJobKind> {
  const { locationId, quantity } = input as CreateInput;
  const models = await itemsById(deps, tenantId, itemIds);
  const writes = new Map<string, Write>();
  const targets = models.map((model) => {
    if (!model) return undefined;
    const { appId, productId, variantId, name, variantName, sku, barcode, visible } = model;
    const id = guidOfKey(itemKey(tenantId, { appId, productId, variantId, locationId }));
    const described = { name, variantName, sku, barcode, visible };
    const known = Object.entries(described).filter(([, value]) => value !== undefined);
    const row = { appId, productId, variantId, locationId, quantity, ...Object.fromEntries(known) };
    // Made by this job, then; or by somebody else, who wanted it as it is.
    writes.set(id, { id, rowOf: (present) => ({ row: present ? {} : row }) });
    return id;
  });
  const wanted = [...writes.keys()];
  if (wanted.length === 0) return itemIds.map(() => undefined);
  const outcomes = await writeItems(deps, tenantId, { writes: [...writes.values()], cause });
  const byId = new Map(wanted.map((id, i) => [id, outcomes[i]!]));
  return targets.map((id) => (id === undefined ? undefined : failureOf(byId.get(id)!)));
}

function failureOf(outcome: WriteOutcome<WixRefusal | InvalidFields>) {
  if ('item' in outcome) return undefined;
  return failure('refusal' in outcome ? outcome.refusal : outcome.error);
}

function failure(error: WixRefusal | InventoryError) {
  const { code, description } = applicationErrorOf(error);
  return { code, message: description };
}

function wireJob({ id, kind, status, total, succeeded, failed, failures }: ItemJob) {
  const errors = failures.map(({ itemId, code, message }) => {
    return { inventoryItemId: itemId, code, description: message };
  });
  return { id, kind, status, total, succeeded, failed, errors };
}
