import { integer, type Setting } from './settingRow';

/** Ten years and some: longer is for ever. */
const MOST_DAYS = 3660;

/** The settings that say how long something is kept. */
export const retentionSettings = {
  idempotencyRetentionSeconds: integer(
    {
      name: 'IDEMPOTENCY_RETENTION_SECONDS',
      unit: 'seconds',
      default: '604800',
      description: 'How long an outcome is kept to answer a repeat of its call.',
    },
    60,
    31_536_000,
  ),
  ledgerRetentionDays: integer(
    {
      name: 'LEDGER_RETENTION_DAYS',
      unit: 'days',
      default: '0',
      description: 'How long ledger entries are kept, at least; 0 for ever.',
    },
    0,
    MOST_DAYS,
  ),
  orderRetentionDays: integer(
    {
      name: 'ORDER_RETENTION_DAYS',
      unit: 'days',
      default: '0',
      description: "How long an order's record is kept after its last movement; 0 for ever.",
    },
    0,
    MOST_DAYS,
  ),
  refusalRetentionDays: integer(
    {
      name: 'REFUSAL_RETENTION_DAYS',
      unit: 'days',
      default: '90',
      description: 'How long refused calls are kept; 0 until there are too many.',
    },
    0,
    MOST_DAYS,
  ),
} as const satisfies Record<string, Setting>;
