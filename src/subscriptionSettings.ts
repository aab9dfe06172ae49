import { integer, type Setting } from './settingRow';

/** The settings of live subscriptions. */
export const subscriptionSettings = {
  subscriptionConnections: integer(
    {
      name: 'SUBSCRIPTION_CONNECTIONS',
      unit: 'connections',
      default: '10000',
      description: 'Most WebSocket connections to one hub process.',
    },
    1,
    1_000_000,
  ),
  subscriptionConnectionsPerTenant: integer(
    {
      name: 'SUBSCRIPTION_CONNECTIONS_PER_TENANT',
      unit: 'connections',
      default: '2000',
      description: 'Most WebSocket connections of one tenant to one hub process.',
    },
    1,
    1_000_000,
  ),
} as const satisfies Record<string, Setting>;
