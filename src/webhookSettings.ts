import { inventoryEventTypes, wixEventTypes, type InventoryEventType } from './core/inventoryEvent';
import { integer, parseList, type Setting } from './settingRow';

/** Most attempts after the first. */
const MAX_RETRIES = 50;
const MAX_RETRY_SECONDS = 604_800;

/** Seconds, fractions allowed, between an attempt and the next. */
function parseSchedule(text: string): readonly number[] | undefined {
  const seconds = parseList(text)?.map((part) => (/^\d{1,6}(\.\d+)?$/.test(part) ? +part : NaN));
  const right = (delay: number) => delay >= 0 && delay <= MAX_RETRY_SECONDS;
  return seconds && seconds.length <= MAX_RETRIES && seconds.every(right)
    ? Object.freeze(seconds)
    : undefined;
}

/** Names of event types, in any order; a repeat counts once. */
function parseEventTypes(text: string): readonly InventoryEventType[] | undefined {
  const names = parseList(text);
  const types = inventoryEventTypes.filter((type) => names?.includes(type));
  const known = names?.every((name) => types.some((type) => type === name));
  return known ? Object.freeze(types) : undefined;
}

/** Where webhooks go: no user, no fragment. What else it must be is checked when they start. */
function parseTarget(text: string): string | undefined {
  if (text.length > 2000 || !/^https?:\/\/[^/]/i.test(text) || !URL.canParse(text))
    return undefined;
  const { username, password, hash, href } = new URL(text);
  return username + password + hash === '' ? href : undefined;
}

/** The settings of webhooks. */
export const webhookSettings = {
  webhookTargetUrl: {
    name: 'WEBHOOK_TARGET_URL',
    type: 'url',
    unit: '',
    default: '',
    bounds: 'an https:// URL of at most 2000 characters; http:// outside production',
    description: "Where the events of all tenants are sent, beside each tenant's subscriptions.",
    parse: parseTarget,
  },
  webhookTargetEventTypes: {
    name: 'WEBHOOK_TARGET_EVENT_TYPES',
    type: 'list',
    unit: '',
    default: wixEventTypes.join(),
    bounds: `comma-separated, of ${inventoryEventTypes.join(', ')}`,
    description: "Which events WEBHOOK_TARGET_URL is sent; low_stock is not Wix's.",
    parse: parseEventTypes,
  },
  webhookSigningKeyFile: {
    name: 'WEBHOOK_SIGNING_KEY_FILE',
    type: 'path',
    unit: '',
    default: '',
    bounds: 'the path of a private RSA key, PEM; set in production beside WEBHOOK_TARGET_URL',
    description: 'What the webhooks to WEBHOOK_TARGET_URL are signed with.',
    parse: (text: string) => (text.length <= 4096 ? text : undefined),
  },
  webhookRetryScheduleSeconds: {
    name: 'WEBHOOK_RETRY_SCHEDULE_SECONDS',
    type: 'list',
    unit: 'seconds',
    default: '60,600,3600,7200,7200,7200,14400,14400,14400,28800,28800,43200',
    bounds: `1 to ${MAX_RETRIES} comma-separated numbers from 0 to ${MAX_RETRY_SECONDS}`,
    description: 'Waits between a failed attempt at a webhook and the next; then it is given up.',
    parse: parseSchedule,
  },
  webhookTimeoutMs: integer(
    {
      name: 'WEBHOOK_TIMEOUT_MS',
      unit: 'milliseconds',
      default: '1250',
      description: 'Longest wait for the answer to a webhook.',
    },
    50,
    30_000,
  ),
  webhookAllowPrivateTargets: {
    name: 'WEBHOOK_ALLOW_PRIVATE_TARGETS',
    type: 'choice',
    unit: '',
    default: 'false',
    bounds: 'one of true, false',
    description: 'Whether webhooks may go to this machine and to private networks.',
    parse: (text: string) => (text === 'true' ? true : text === 'false' ? false : undefined),
  },
} as const satisfies Record<string, Setting>;
