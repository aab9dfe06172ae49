import { registerEnumType } from 'type-graphql';
import { errorTable, type ErrorCode } from '../core/errors';
import type { MovementReason } from '../core/movement';

/** Turns names with descriptions into an enum object and registers it. */
export function describedEnum<Name extends string>(
  name: string,
  description: string,
  values: Readonly<Record<Name, string>>,
): Readonly<Record<Name, Name>> {
  const names = Object.keys(values) as Name[];
  const object = Object.fromEntries(names.map((value) => [value, value]));
  const valuesConfig = Object.fromEntries(
    names.map((value) => [value, { description: values[value] }]),
  );
  registerEnumType(object, { name, description, valuesConfig: valuesConfig });
  return object as Record<Name, Name>;
}

export const AvailabilityStatusEnum = describedEnum(
  'AvailabilityStatus',
  'Whether an item can be sold now (Wix Inventory Items V3).',
  {
    IN_STOCK: 'Tracked: more than zero are available. Untracked: `inStock` is true.',
    PREORDER: 'Nothing is available, but preorder is enabled and has capacity left.',
    OUT_OF_STOCK: 'Neither available nor open for preorder.',
  },
);

export const ItemSortFieldEnum = describedEnum(
  'InventoryItemSortField',
  'What items are ordered by. Items that are equal are ordered by id.',
  {
    QUANTITY: 'Units on hand.',
    AVAILABLE: 'Units on hand less reserved ones.',
    UPDATED: 'Time of the last change.',
    CREATED: 'Time of creation.',
    SKU: 'Stock keeping unit, by character code; items without one come first.',
    PRODUCT_NAME: 'Product name without regard to case; items without one come first.',
    ID: 'Item id.',
  },
);

export const UnknownItemPolicyEnum = describedEnum(
  'UnknownItemPolicy',
  'What a Wix call does with an item that nobody created.',
  {
    REJECT: 'The call is refused.',
    RECORD: 'An unrestricted call creates the item below zero, so that no paid order is lost.',
  },
);

export const SubscriptionItemPolicyEnum = describedEnum(
  'SubscriptionItemPolicy',
  'What a subscription line of a Wix call does.',
  {
    TRACK: 'It moves stock like any other line.',
    IGNORE: 'It is recorded in the ledger and changes nothing.',
  },
);

export const IncomingQuantityPolicyEnum = describedEnum(
  'IncomingQuantityPolicy',
  'Whose quantity an item has after a webhook of Wix about it.',
  {
    HUB_WINS: "The hub's. Only an item that the hub does not know takes the one of Wix.",
    WIX_WINS: 'The one of Wix, with what it says of preorders.',
  },
);

export const MovementGuardEnum = describedEnum('MovementGuard', 'How far a movement may go.', {
  STRICT: 'Never below zero available: all lines, or none.',
  UNRESTRICTED: 'May go below zero.',
});

export const MovementReasonEnum = describedEnum<MovementReason>(
  'MovementReason',
  'Why stock was changed by hand or by a tool.',
  {
    RECEIVED: 'Goods came in.',
    CORRECTION: 'The number was wrong.',
    COUNT: 'A count found another number.',
    RETURNED: 'A buyer sent goods back.',
    DAMAGED: 'Goods can no longer be sold.',
    LOST: 'Goods are missing or were stolen.',
    TRANSFER: 'Goods went to another location.',
    INTERNAL_USE: 'Goods were used, shown or given away.',
    SYNCHRONIZATION: 'Another system keeps the number.',
    CUSTOM: "One of the tenant's own codes, in `reasonCode`.",
  },
);

export const OpeningKindEnum = describedEnum('StockOpeningKind', 'What sums of stock begin with.', {
  CREATED: "The item's creation.",
  KEPT: 'What there was before its oldest movement that the ledger still holds.',
  LIMIT: 'What there was before its last 20,000 movements.',
});

export const RefusalCodeEnum = describedEnum('RefusalCode', 'Why a call was refused.', {
  INSUFFICIENT_AVAILABLE: 'Not enough is available.',
  UNKNOWN_ITEM: 'An item is unknown.',
});

export const ErrorPolicyEnum = describedEnum(
  'ErrorPolicy',
  'What happens to the good rows of an edit when others are refused.',
  {
    REJECT_ALL: 'Nothing is stored.',
    REJECT_FAILED_ROWS: 'They are stored; the others are told of.',
  },
);

/** Codes a mutation answers with in `userErrors`: all that the caller can mend. */
const userErrorKinds: readonly string[] = ['invalid', 'notFound', 'conflict', 'refused'];

/** Whether an error is the caller's to mend and goes into `userErrors`. */
export function isUserErrorCode(code: ErrorCode): boolean {
  return userErrorKinds.includes(errorTable[code].kind);
}

export const UserErrorCodeEnum = describedEnum(
  'UserErrorCode',
  'What a mutation could not do, and why (docs/reference/errors.md).',
  Object.fromEntries(
    (Object.keys(errorTable) as ErrorCode[])
      .filter(isUserErrorCode)
      .map((code) => [code, errorTable[code].message]),
  ),
);
