import 'reflect-metadata';
import { specifiedDirectives, type GraphQLSchema } from 'graphql';
import { buildSchemaSync } from 'type-graphql';
import { checkScopes } from './context';
import { EventResolver } from './event.resolver';
import { idempotentDirective } from './idempotentDirective';
import { InventoryChangeResolver } from './inventoryChange.resolver';
import { CountResolver } from './count.resolver';
import { HistoryResolver, ItemHistoryResolver } from './history.resolver';
import { ItemResolver } from './item.resolver';
import { ItemEditsResolver } from './itemEdits.resolver';
import { LocationResolver } from './location.resolver';
import { LowStockResolver } from './lowStock.resolver';
import { MovementLineResolver, OrderItemResolver } from './movement.resolver';
import { PreviewResolver } from './preview.resolver';
import { QuantitiesResolver } from './quantities.resolver';
import { LostSaleResolver, RefusalsResolver } from './refusals.resolver';
import { limitResults } from './resultLimit';
import { describeRoots } from './rootDescriptions';
import { SettingsResolver } from './settings.resolver';
import { VerifyResolver } from './verify.resolver';
import { WebhookResolver } from './webhook.resolver';
import { WebhookDeliveriesResolver } from './webhookDeliveries.resolver';

/** The GraphQL schema. */
export function buildHubSchema(): GraphQLSchema {
  const schema = buildSchemaSync({
    resolvers: [
      EventResolver,
      InventoryChangeResolver,
      CountResolver,
      HistoryResolver,
      ItemHistoryResolver,
      ItemResolver,
      ItemEditsResolver,
      LocationResolver,
      LowStockResolver,
      MovementLineResolver,
      OrderItemResolver,
      PreviewResolver,
      QuantitiesResolver,
      LostSaleResolver,
      RefusalsResolver,
      SettingsResolver,
      VerifyResolver,
      WebhookResolver,
      WebhookDeliveriesResolver,
    ],
    authChecker: checkScopes,
    directives: [...specifiedDirectives, idempotentDirective],
    // Subscriptions read the ledger: nothing is published beside it.
    pubSub: { publish: neverUsed, subscribe: neverUsed },
    // Inputs are checked by the use cases, which every surface shares.
    validate: false,
  });
  return limitResults(describeRoots(schema));
}

/** type-graphql asks for this where there is a subscription, and calls it only for topics. */
function neverUsed(): never {
  throw new Error('a subscription asked for a topic');
}
