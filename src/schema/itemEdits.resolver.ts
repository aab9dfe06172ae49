import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Authorized, Ctx, Info, Mutation, Resolver } from 'type-graphql';
import type { MovementCause, Operation } from '../core/movement';
import { editItems, type EditItems } from '../inventory/editItems';
import type { RowError } from '../inventory/refusedRows';
import { removeItems } from '../inventory/removeItems';
import { callerOf, type GraphqlContext } from './context';
import {
  InventoryItemCreateInput,
  InventoryItemDeleteInput,
  InventoryItemPayload,
  InventoryItemsCreateInput,
  InventoryItemsDeleteInput,
  InventoryItemsDeletePayload,
  InventoryItemsPayload,
  InventoryItemsUpdateInput,
  InventoryItemUpdateInput,
} from './itemEdits.input';
import { keyedMutation } from './keyedMutation';
import { presentItem, type PresentedItem } from './presentItem';
import { inputCost } from './requestLimits';
import { withUserErrors, type UserError } from './userError.type';

/** Payloads before the locations of their items are looked up. */
type PresentedItems = Omit<InventoryItemsPayload, 'items'> & { items: (PresentedItem | null)[] };
type PresentedOne = Omit<InventoryItemPayload, 'item'> & { item?: PresentedItem | null };

@Resolver()
export class ItemEditsResolver {
  @Authorized('inventory:write')
  @Mutation(() => InventoryItemPayload, {
    complexity: inputCost,
    description: 'Creates an item. Scope: inventory:write.',
  })
  async inventoryItemCreate(
    @Arg('input', () => InventoryItemCreateInput, { description: 'The item.' })
    input: InventoryItemCreateInput,
    @Ctx() context: GraphqlContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<PresentedOne> {
    return onlyOne(await edit(context, info, 'CREATE', 'input', [toCreate(input)], 'REJECT_ALL'));
  }

  @Authorized('inventory:write')
  @Mutation(() => InventoryItemsPayload, {
    complexity: inputCost,
    description: 'Creates up to 1,000 items in one step. Scope: inventory:write.',
  })
  async inventoryItemsCreate(
    @Arg('input', () => InventoryItemsCreateInput, { description: 'The items.' })
    { items, errorPolicy }: InventoryItemsCreateInput,
    @Ctx() context: GraphqlContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<PresentedItems> {
    return edit(context, info, 'CREATE', 'input.items', items.map(toCreate), errorPolicy);
  }

  @Authorized('inventory:write')
  @Mutation(() => InventoryItemPayload, {
    complexity: inputCost,
    description: 'Changes an item whose revision the caller knows. Scope: inventory:write.',
  })
  async inventoryItemUpdate(
    @Arg('input', () => InventoryItemUpdateInput, { description: 'What to change.' })
    input: InventoryItemUpdateInput,
    @Ctx() context: GraphqlContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<PresentedOne> {
    return onlyOne(await edit(context, info, 'UPDATE', 'input', [input], 'REJECT_ALL'));
  }

  @Authorized('inventory:write')
  @Mutation(() => InventoryItemsPayload, {
    complexity: inputCost,
    description:
      'Changes up to 1,000 items whose revisions the caller knows. Scope: inventory:write.',
  })
  async inventoryItemsUpdate(
    @Arg('input', () => InventoryItemsUpdateInput, { description: 'What to change.' })
    { items, errorPolicy }: InventoryItemsUpdateInput,
    @Ctx() context: GraphqlContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<PresentedItems> {
    return edit(context, info, 'UPDATE', 'input.items', items, errorPolicy);
  }

  @Authorized('inventory:write')
  @Mutation(() => InventoryItemsDeletePayload, {
    complexity: inputCost,
    description: 'Deletes an item, with the stock it has. Scope: inventory:write.',
  })
  async inventoryItemDelete(
    @Arg('input', () => InventoryItemDeleteInput, { description: 'The item.' })
    input: InventoryItemDeleteInput,
    @Ctx() context: GraphqlContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<InventoryItemsDeletePayload> {
    return remove(context, info, 'input', [input], 'REJECT_ALL');
  }

  @Authorized('inventory:write')
  @Mutation(() => InventoryItemsDeletePayload, {
    complexity: inputCost,
    description:
      'Deletes up to 1,000 items in one step, with the stock they have. Scope: inventory:write.',
  })
  async inventoryItemsDelete(
    @Arg('input', () => InventoryItemsDeleteInput, { description: 'The items.' })
    { items, errorPolicy }: InventoryItemsDeleteInput,
    @Ctx() context: GraphqlContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<InventoryItemsDeletePayload> {
    return remove(context, info, 'input.items', items, errorPolicy);
  }
}

type Rows = readonly (InventoryItemCreateInput | InventoryItemUpdateInput)[];

/** GraphQL's null for a place or app says what its absence says. */
function toCreate({ variantId, locationId, appId, ...values }: InventoryItemCreateInput) {
  return {
    ...values,
    ...(variantId && { variantId }),
    ...(locationId && { locationId }),
    ...(appId && { appId }),
  } as InventoryItemCreateInput;
}

async function edit(
  context: GraphqlContext,
  info: GraphQLResolveInfo,
  operation: Operation,
  place: string,
  items: Rows,
  errorPolicy: EditItems['errorPolicy'],
): Promise<PresentedItems> {
  const { inventory, tenantId } = callerOf(context);
  const single = place === 'input';
  const payload = await withUserErrors({ lines: place }, async () => {
    const outcome = await editItems(inventory, tenantId, {
      rows: items.map(toRow),
      errorPolicy,
      contract: 'HUB',
      cause: causeOf(context, operation),
      ...keyedMutation(context, info),
    });
    return {
      items: outcome.items.map((item) => item && presentItem(item)),
      replayed: outcome.replayed,
      userErrors: outcome.errors.map((error) => presentRowError(error, place, single)),
    };
  });
  return { items: items.map(() => null), replayed: false, ...payload };
}

function toRow(item: Rows[number]): EditItems['rows'][number] {
  if (!('revision' in item)) return { values: present(item) };
  const { id, revision, ...values } = item;
  return { id, revision, values: present(values) };
}

/** Inputs hold undefined for what was not given. */
function present<T extends object>(values: T): T {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as T;
}

function presentRowError(
  { row, code, message, field }: RowError,
  place: string,
  single: boolean,
): UserError {
  const path = [...place.split('.'), ...(single ? [] : [String(row)])];
  return { code, message, field: field === undefined ? path : [...path, field] };
}

function onlyOne({ items, ...payload }: PresentedItems): PresentedOne {
  return { ...payload, item: items[0] ?? null };
}

async function remove(
  context: GraphqlContext,
  info: GraphQLResolveInfo,
  place: string,
  items: readonly InventoryItemDeleteInput[],
  errorPolicy: EditItems['errorPolicy'],
): Promise<InventoryItemsDeletePayload> {
  const { inventory, tenantId } = callerOf(context);
  const single = place === 'input';
  const payload = await withUserErrors({ lines: place }, async () => {
    const { ids, errors, replayed } = await removeItems(inventory, tenantId, {
      items: items.map(({ id, revision }) => ({ id, revision: revision ?? undefined })),
      errorPolicy,
      cause: causeOf(context, 'DELETE'),
      ...keyedMutation(context, info),
    });
    return {
      deletedIds: ids.filter((id) => id !== null),
      replayed,
      userErrors: errors.map((error) => presentRowError(error, place, single)),
    };
  });
  return { deletedIds: [], replayed: false, ...payload };
}

function causeOf(context: GraphqlContext, operation: Operation): MovementCause {
  const { principal } = callerOf(context);
  return { operation, actor: `user:${principal.subject}`, requestId: context.requestId };
}
