import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createApp, itemJobKinds, type AppDeps } from './app';
import { createApiTokenVerifier } from './auth/apiToken';
import { apiTokenSource } from './auth/apiTokenSource';
import { ensureDevelopmentKeys } from './auth/developmentKeys';
import { sandboxAccess } from './auth/sandboxAccess';
import { importWixPublicKeys } from './auth/wixPublicKeys';
import { banner } from './banner';
import { loadConfig, type Config } from './config';
import { DEVELOPMENT_TENANT_ID } from './core/identity';
import { closeInTime, drain, type Closable } from './drain';
import { deliveryTrimLimit } from './events/deliveryTrimLimit';
import { startWebhooks } from './events/startWebhooks';
import { createDemoItems } from './inventory/demoItems';
import { createHubServer } from './hubServer';
import { openItemJobs } from './inventory/itemJobQueue';
import { openInventory, type OpenInventory } from './inventory/openInventory';
import { openRetention, type Retention } from './inventory/retention';
import { createLogger, type Logger } from './observability/logger';
import { createMetrics } from './observability/metrics';

/** What still holds the process this long after its end, ms, is left. */
const EXIT_MS = 500;

async function main(): Promise<void> {
  const config = loadConfig();
  const logger = createLogger(config.logLevel);
  // A request to stop during the start is kept until there is something to stop.
  const stopRequested = new Promise<string>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, resolve);
  });
  const metrics = createMetrics();
  const verification = await wixKeys(config, logger);
  const store = await openInventory(config, logger, {
    supervise: true,
    onScriptCall: (script, seconds) => {
      metrics.scriptCall(script, seconds);
    },
  });
  const inventory = store.deps;
  // The last one opened is closed first: it works with those before it, and all with the store.
  const open: Closable[] = [];
  let stopBy = 0;
  try {
    const webhooks = await startWebhooks(config, {
      redis: inventory.redis,
      store: store.target,
      metrics: metrics.webhooks,
      logger,
    });
    open.unshift(webhooks);
    inventory.webhooks = webhooks.deps;
    open.unshift(await startRetention(config, store, logger));
    open.unshift(openItemJobs(inventory, store.target, itemJobKinds, logger));
    const demo = verification.development && config.nodeEnv === 'development';
    if (demo) await createDemoItems(inventory, DEVELOPMENT_TENANT_ID);
    const graphql = await graphqlAccess(config, logger, store);
    const app = await createApp({
      graphql,
      subscriptions: {
        connections: config.subscriptionConnections,
        connectionsPerTenant: config.subscriptionConnectionsPerTenant,
      },
      inventory,
      token: {
        keys: verification.keys,
        appId: config.wixAppId,
        clockSkewSeconds: config.wixClockSkewSeconds,
      },
      bodyLimitBytes: config.pluginBodyLimitBytes,
      metrics,
      logger,
    });
    const server = createHubServer(app);
    const { address, port } = await listen(server, config);
    const host = address.includes(':') ? `[${address}]` : address;
    const url = `http://${host}:${port}`;
    logger.info({ url, store: store.description, pid: process.pid }, 'listening');
    process.stdout.write(
      banner({
        url,
        store: store.description,
        demo,
        appId: config.wixAppId,
        graphql: graphql !== undefined,
        token: graphql?.sandbox?.token,
      }),
    );
    logger.info({ signal: await stopRequested }, 'draining');
    stopBy = performance.now() + config.drainTimeoutMs;
    await drain(server, app, config.drainTimeoutMs);
  } finally {
    await end(open, store, stopBy - performance.now(), logger);
  }
  logger.info('stopped');
}

/** Ends what works in the background, and then the store whatever became of it. */
async function end(
  open: readonly Closable[],
  store: OpenInventory,
  leftMs: number,
  logger: Logger,
): Promise<void> {
  try {
    const ended = await closeInTime(open, leftMs);
    if (!ended) logger.warn('not ended in time: work in the background, which goes on elsewhere');
  } finally {
    await store.close();
  }
}

/** Has what is older than the settings say go. */
async function startRetention(
  { webhookTargetUrl }: Config,
  { deps, target }: OpenInventory,
  logger: Logger,
): Promise<Retention> {
  return openRetention({
    deps,
    store: target,
    limits: [deliveryTrimLimit(deps.redis, { hasTarget: webhookTargetUrl !== undefined })],
    onTrimmed: (report) => {
      logger.info(report, 'ledger trimmed');
    },
    onError: (error, tenantId) => {
      logger.warn({ tenantId, cause: error.message }, 'retention is held up');
    },
  });
}

/** How callers of GraphQL are let in, if at all; outside production with a page to try it. */
async function graphqlAccess(
  config: Config,
  logger: Logger,
  { consumePoints }: OpenInventory,
): Promise<AppDeps['graphql']> {
  const source = await apiTokenSource(config);
  if (!source) {
    logger.warn(
      'GraphQL and the items REST are not served: ' +
        'set AUTH_JWKS_URL, AUTH_PUBLIC_KEY_FILE or AUTH_SECRET',
    );
    return undefined;
  }
  const { authIssuer: issuer, authAudience: audience } = config;
  return {
    verifyToken: createApiTokenVerifier({ source, issuer, audience }),
    consumePoints,
    introspection: config.graphqlIntrospection,
    sandbox: await sandboxAccess(config, source),
    corsOrigins: config.corsOrigins,
  };
}

async function wixKeys(config: Config, logger: Logger) {
  if (config.wixPublicKeys.length > 0) {
    return { keys: await importWixPublicKeys(config.wixPublicKeys), development: false };
  }
  const { publicKeyPem, created, directory } = await ensureDevelopmentKeys(config.dataDir);
  const made = created ? 'made' : 'using';
  logger.warn(`${made} development keys in ${directory}: only calls signed with them are taken`);
  return { keys: await importWixPublicKeys([publicKeyPem]), development: true };
}

async function listen(server: Server, { host, port }: Config): Promise<AddressInfo> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  return server.address() as AddressInfo;
}

main()
  .catch((error: unknown) => {
    // Errors for the operator carry a sentence; a stack would only hide it.
    process.stderr.write(`inventory-hub: ${error instanceof Error ? error.message : 'failed'}\n`);
    process.exitCode = 1;
  })
  .finally(() => {
    // Connections to a store that never answered, or is gone, would keep the process.
    setTimeout(() => process.exit(), EXIT_MS).unref();
  });
