import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import type { TenantSettings } from '../inventory/settings';
import {
  IncomingQuantityPolicyEnum,
  SubscriptionItemPolicyEnum,
  UnknownItemPolicyEnum,
} from './enums';
import { UserError } from './userError.type';

@ObjectType({ description: "The tenant's settings." })
export class Settings {
  @Field(() => Int, { description: 'Rises by one per change; 0 while all are defaults.' })
  revision!: number;

  @Field(() => ID, { description: 'The location that Wix calls without one mean, a GUID.' })
  defaultLocationId!: string;

  @Field(() => UnknownItemPolicyEnum, {
    description: 'What a Wix call does with an item nobody created. Default: REJECT.',
  })
  unknownItems!: TenantSettings['unknownItems'];

  @Field(() => SubscriptionItemPolicyEnum, {
    description: 'What a subscription line of a Wix call does. Default: TRACK.',
  })
  subscriptionItems!: TenantSettings['subscriptionItems'];

  @Field(() => IncomingQuantityPolicyEnum, {
    description: 'Whose quantity an item has after a webhook of Wix. Default: HUB_WINS.',
  })
  incomingQuantities!: TenantSettings['incomingQuantities'];

  @Field(() => [String], {
    description:
      "The tenant's own reasons for changes of stock, for reason CUSTOM: up to 100, of 1..50 " +
      'characters.',
  })
  reasonCodes!: readonly string[];

  @Field(() => Int, {
    nullable: true,
    description:
      'Low stock threshold of items without one of their own, 0..10,000,000 units. Null: none.',
  })
  lowStockThreshold!: number | null;
}

@InputType({
  description:
    'Settings to change; what is absent stays. Null is as good as absent, but ' +
    'for lowStockThreshold.',
})
export class SettingsUpdateInput {
  @Field(() => Int, {
    nullable: true,
    description:
      'The revision the caller knows, 0 or more: another one now refuses the change. Default: ' +
      'whatever it is. Give it with a list: the whole list is replaced.',
  })
  revision?: number | null;

  @Field(() => ID, {
    nullable: true,
    description: 'The location that Wix calls without one mean, a GUID.',
  })
  defaultLocationId?: string | null;

  @Field(() => UnknownItemPolicyEnum, {
    nullable: true,
    description: 'What a Wix call does with an item nobody created.',
  })
  unknownItems?: TenantSettings['unknownItems'] | null;

  @Field(() => SubscriptionItemPolicyEnum, {
    nullable: true,
    description: 'What a subscription line of a Wix call does.',
  })
  subscriptionItems?: TenantSettings['subscriptionItems'] | null;

  @Field(() => IncomingQuantityPolicyEnum, {
    nullable: true,
    description: 'Whose quantity an item has after a webhook of Wix.',
  })
  incomingQuantities?: TenantSettings['incomingQuantities'] | null;

  @Field(() => [String], {
    nullable: true,
    description: 'All own reasons from now on: up to 100, of 1..50 characters. Empty: none.',
  })
  reasonCodes?: string[] | null;

  @Field(() => Int, {
    nullable: true,
    description:
      'Low stock threshold of items without one of their own, 0..10,000,000 units. ' +
      'Null: none from now on.',
  })
  lowStockThreshold?: number | null;
}

@ObjectType({ description: 'The settings after the change.' })
export class SettingsUpdatePayload {
  @Field(() => Settings, { nullable: true, description: 'Null: nothing was changed.' })
  settings?: Settings;

  @Field(() => Boolean, {
    description: 'True: an earlier call with the same key did it; nothing changed now.',
  })
  replayed!: boolean;

  @Field(() => [UserError], { description: 'What the caller can mend; empty on success.' })
  userErrors!: UserError[];
}
