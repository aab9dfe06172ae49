import { ensureDevelopmentWebhookKey } from '../auth/webhookKey';
import type { InventoryEventType } from '../core/inventoryEvent';
import type { Logger } from '../observability/logger';
import type { WebhookAttempts } from '../observability/webhookMetrics';
import type { RedisTarget } from '../redis/connect';
import type { HubRedis } from '../redis/commands';
import { openDelivery, type Delivery, type Target } from './delivery';

/** How a process delivers webhooks; `Config` has all of it. */
export interface WebhookOptions {
  nodeEnv: string;
  dataDir: string;
  wixAppId: string;
  webhookTargetUrl: string | undefined;
  webhookTargetEventTypes: readonly InventoryEventType[];
  /** PEM; needed in production beside the target. */
  webhookSigningKey: string | undefined;
  webhookRetryScheduleSeconds: readonly number[];
  webhookTimeoutMs: number;
  webhookAllowPrivateTargets: boolean;
}

/**
 * Starts delivering webhooks as the settings say. Outside production the process-wide target's key
 * is made when none is given.
 *
 * @throws Error with a sentence for the operator; InventoryError INVALID_INPUT for a target that
 *   may not receive events, REDIS_UNAVAILABLE
 */
export async function startWebhooks(
  options: WebhookOptions,
  work: { redis: HubRedis; store: RedisTarget; metrics: WebhookAttempts; logger: Logger },
): Promise<Delivery> {
  return openDelivery({
    ...work,
    appId: options.wixAppId,
    timeoutMs: options.webhookTimeoutMs,
    retryScheduleSeconds: options.webhookRetryScheduleSeconds,
    allowPrivateTargets: options.webhookAllowPrivateTargets,
    production: options.nodeEnv === 'production',
    target: await targetOf(options, work.logger),
  });
}

async function targetOf(options: WebhookOptions, logger: Logger): Promise<Target | undefined> {
  const { dataDir, webhookTargetUrl: url, webhookSigningKey } = options;
  const eventTypes = options.webhookTargetEventTypes;
  if (url === undefined) return undefined;
  if (webhookSigningKey !== undefined) return { url, privateKeyPem: webhookSigningKey, eventTypes };
  const { privateKeyPem, publicKeyPath } = await ensureDevelopmentWebhookKey(dataDir);
  logger.warn(`webhooks are signed with a development key; its public key is ${publicKeyPath}`);
  return { url, privateKeyPem, eventTypes };
}
