import { GraphQLSafeInt } from 'graphql-scalars';
import { Field, ID, ObjectType } from 'type-graphql';
import { InventoryItem } from './item.type';
import { Movement } from './movement.type';

@ObjectType({ description: 'What an order took and gave back of one item.' })
export class OrderItem {
  @Field(() => ID, { description: 'Inventory item id, a GUID.' })
  itemId!: string;

  @Field(() => InventoryItem, {
    nullable: true,
    description: 'The item as it is now. Null: it was deleted since.',
  })
  item?: InventoryItem | null;

  @Field(() => GraphQLSafeInt, {
    description: 'Units the order has taken, 0 or more, preorders included.',
  })
  taken!: number;

  @Field(() => GraphQLSafeInt, { description: 'Units the order has given back, 0 or more.' })
  returned!: number;

  @Field(() => GraphQLSafeInt, { description: 'Units of it that are on preorder now, 0 or more.' })
  preordered!: number;
}

@ObjectType({ description: 'What an order did to stock.' })
export class OrderInventory {
  @Field(() => ID, { description: 'Order id, a GUID.' })
  orderId!: string;

  @Field(() => [OrderItem], { description: 'Per item, in the order of first use.' })
  items!: OrderItem[];

  @Field(() => [Movement], {
    description: 'Its movements, oldest first; at most the newest 1,000.',
  })
  movements!: Movement[];
}
