import { InventoryError } from '../core/errors';
import type { ItemCondition } from '../core/itemQuery';
import type { MovementCause } from '../core/movement';
import { itemJob, startItemJob, type ItemJob } from '../inventory/itemJobs';
import { causeOf } from './causeOf';
import { readFieldMask } from './fieldMask';
import type { FieldReader } from './fieldReader';
import { invalidField } from './fieldViolation';
import { readItemChange, type ItemChange } from './itemChange';
import type { AdjustInput, CreateInput } from './itemJobKinds';
import { readRequest } from './request';
import type { RestCall, Route } from './route';
import { WIRE_QUANTITY } from './writtenItem';
import { parseFilter } from './wireFilter';
import { asObject, refuseOthers } from './wirePayload';
import { bothOf, parseSearch } from './wireSearch';

/*
 * Changes of all items that a filter finds (Wix Inventory Items V3, the methods "by filter"). They
 * are made after the answer, by any of the hub's processes.
 */

const AMOUNT = { min: 1, max: WIRE_QUANTITY.max } as const;
const NEW_QUANTITY = { min: 0, max: WIRE_QUANTITY.max } as const;

/** What every method by filter reads. */
const COMMON_FIELDS = ['filter', 'search', 'reason'];

/** A method by filter. */
interface JobMethod {
  /** Below `/bulk/inventory-items`. */
  name: string;
  /** Kind of the job. */
  kind: string;
  operation: MovementCause['operation'];
  /** What its request has beside the common fields. */
  fields: readonly string[];
  /** Reads what the job is told; notes what is wrong with it. JSON. */
  readInput: (request: FieldReader) => unknown;
}

const METHODS: readonly JobMethod[] = [
  {
    ...{ name: 'update-by-filter', kind: 'UPDATE', operation: 'UPDATE' },
    fields: ['inventoryItem', 'fieldMask'],
    readInput: readUpdate,
  },
  {
    ...{ name: 'delete-by-filter', kind: 'DELETE', operation: 'DELETE' },
    fields: [],
    readInput: () => null,
  },
  {
    ...{ name: 'adjust-by-filter', kind: 'ADJUST', operation: 'ADJUST' },
    fields: ['adjustment', 'trackQuantity'],
    readInput: (request) => {
      const track = request.flag('trackQuantity') ?? false;
      return { units: readUnits(request.required('adjustment')), track } satisfies AdjustInput;
    },
  },
  {
    ...{ name: 'set-or-adjust-by-filter', kind: 'ADJUST', operation: 'ADJUST' },
    fields: ['adjustedInventoryAction'],
    readInput: (request) => {
      const units = readUnits(request.required('adjustedInventoryAction'));
      return { units, track: true } satisfies AdjustInput;
    },
  },
  {
    ...{ name: 'create-by-variant-filter', kind: 'CREATE', operation: 'CREATE' },
    fields: ['locationId', 'inventoryCreationData'],
    readInput: readCreate,
  },
];

/** The methods by filter, and how far a job has come. */
export const itemJobRoutes: readonly Route[] = [
  ...METHODS.map((method): Route => ({
    verb: 'post',
    path: `/bulk/inventory-items/${method.name}`,
    scope: 'inventory:write',
    handler: (call) => start(call, method),
  })),
  {
    verb: 'get',
    path: '/bulk/inventory-items/jobs/:id',
    scope: 'inventory:read',
    handler: async ({ deps, tenantId, params }) => ({
      job: wireJob(await itemJob(deps, tenantId, params['id'] ?? '')),
    }),
  },
];

async function start(call: RestCall, { kind, operation, fields, readInput }: JobMethod) {
  const { deps, tenantId, body, idempotencyKey } = call;
  refuseOthers(asObject(body, 'body'), '', [...COMMON_FIELDS, ...fields]);
  const { input, cause } = readRequest(call, (request) => {
    if (request.raw('filter') == null) request.miss('filter', 'an object; {} finds all items');
    return { input: readInput(request), cause: causeOf(call, operation, request) };
  });
  const where = readWhere(body as Record<string, unknown>);
  const { itemJobs } = deps;
  if (!itemJobs) throw new InventoryError('INTERNAL', 'This process takes no jobs.');
  const order = { kind, where, input, cause, idempotencyKey };
  return { jobId: await startItemJob(deps, tenantId, order, (job) => itemJobs.add(job)) };
}

/** A search that looks for nothing would find all items. */
function readWhere(body: Record<string, unknown>): ItemCondition | undefined {
  const search = parseSearch(body['search'], 'search');
  if (body['search'] != null && !search) {
    const { expression } = asObject(body['search'], 'search');
    const rule = { violatedRule: 'OTHER' } as const;
    throw invalidField('search.expression', expression, 'a text with a word in it', rule);
  }
  return bothOf(parseFilter(body['filter'], 'filter'), search);
}

/** What is kept of the item is what the change says, not what came. */
function readUpdate(request: FieldReader): ItemChange {
  const fields = request.required('inventoryItem');
  const change = readItemChange(fields, readFieldMask(request), { mayRepeat: false });
  return { ...change, written: { ...change.written, namespaces: undefined } };
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

function wireJob({ id, kind, status, total, succeeded, skipped, failed, failures }: ItemJob) {
  const errors = failures.map(({ itemId, code, message }) => {
    return { inventoryItemId: itemId, code, description: message };
  });
  return { id, kind, status, total, succeeded, skipped, failed, errors };
}
