import { operations } from '../core/movement';

/** The operations, as a list for descriptions. */
export const operationWords = `\`${operations.join('`, `')}\``;

/** What the schema says of a movement's cause, wherever it shows one. */
export const causeDescriptions = {
  operation: `What was done: ${operationWords}.`,
  reason:
    'Why: a MovementReason, a reason of Wix such as ORDER_PLACED, or a code of the tenant, ' +
    '1..50 characters. Null: none was given.',
  orderId: 'Id of the order it was for, a GUID. Null: it was for none.',
  actor:
    'Who: `<kind>:<id>`, such as `user:` and the subject of a token, or `cli`, `hub`, `wix`; up ' +
    'to 133 characters. Null: not known.',
  requestId: "The caller's id of the call, 1..256 characters. Null: it had none.",
  reference: 'URI of the document behind it, such as `file:items.csv`. Null: none was named.',
  asOf:
    'Of a stock take: ledger id `<ms>-<sequence>` of the place it was counted as of. Null: no ' +
    'stock take.',
} as const;
