import 'reflect-metadata';
import { specifiedDirectives, type GraphQLSchema } from 'graphql';
import { buildSchemaSync } from 'type-graphql';
import { ScopeChecker } from './context';
import { idempotentDirective } from './idempotentDirective';
import { ItemResolver } from './item.resolver';
import { ItemEditsResolver } from './itemEdits.resolver';
import { LocationResolver } from './location.resolver';
import { MovementLineResolver, OrderItemResolver } from './movement.resolver';
import { PreviewResolver } from './preview.resolver';
import { QuantitiesResolver } from './quantities.resolver';
import { SettingsResolver } from './settings.resolver';

/** The GraphQL schema. */
export function buildHubSchema(): GraphQLSchema {
  return buildSchemaSync({
    resolvers: [
      ItemResolver,
      ItemEditsResolver,
      LocationResolver,
      MovementLineResolver,
      OrderItemResolver,
      PreviewResolver,
      QuantitiesResolver,
      SettingsResolver,
    ],
    authChecker: ScopeChecker,
    directives: [...specifiedDirectives, idempotentDirective],
    // Inputs are checked by the use cases, which every surface shares.
    validate: false,
  });
}
