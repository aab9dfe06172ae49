import type { ErrorKind } from '../core/errors';

/**
 * Application errors in Wix's words (Wix Inventory Items V3), with the kind that gives the status
 * and the sentence shown.
 */
export const wixCodes = {
  ITEM_ALREADY_EXISTS: {
    kind: 'conflict',
    message: 'There is an item of this variant at this location.',
  },
  NOT_FOUND: { kind: 'notFound', message: 'There is no such item.' },
  REQUESTED_QUANTITY_MUST_BE_NON_NEGATIVE_DECREASING: {
    kind: 'refused',
    message: 'An update may not lower a quantity below zero.',
  },
  PRE_ORDER_VALIDATION: { kind: 'refused', message: 'The item cannot be preordered like this.' },
  INVALID_TARGET_QUANTITY: {
    kind: 'refused',
    message: 'An upsert may not lower a quantity below zero.',
  },
  INVENTORY_QUANTITY_NOT_TRACKED: {
    kind: 'refused',
    message: 'The item is not tracked: it has no quantity.',
  },
  INSUFFICIENT_INVENTORY: { kind: 'refused', message: 'Not enough is available.' },
  MIN_QUANTITY_LIMIT_REACHED: {
    kind: 'refused',
    message: 'The quantity would fall below -99,999.',
  },
  MAX_QUANTITY_LIMIT_REACHED: { kind: 'refused', message: 'The quantity would rise over 99,999.' },
} as const satisfies Record<string, { kind: ErrorKind; message: string }>;

export type WixCode = keyof typeof wixCodes;

/** A refusal that only Wix's REST API knows. */
export class WixRefusal extends Error {
  override readonly name = 'WixRefusal';
  readonly kind: ErrorKind;

  constructor(
    readonly code: WixCode,
    message: string = wixCodes[code].message,
    /** More about it, for programs. */
    readonly data: Readonly<Record<string, unknown>> = {},
  ) {
    super(message);
    this.kind = wixCodes[code].kind;
  }
}
