import { Field, ObjectType } from 'type-graphql';

@ObjectType({ description: 'What lies before and after a page (Relay cursor connections).' })
export class PageInfo {
  @Field(() => Boolean, {
    description: 'Whether items follow. When paging backwards: whether `before` was given.',
  })
  hasNextPage!: boolean;

  @Field(() => Boolean, {
    description: 'Whether items come before. When paging forwards: whether `after` was given.',
  })
  hasPreviousPage!: boolean;

  @Field(() => String, {
    nullable: true,
    description: 'Place of the first item of the page, a cursor. Null: the page is empty.',
  })
  startCursor!: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'Where the next page starts, a cursor: the last item of the page, of a ' +
      'search the last that was looked at. Null: there is none.',
  })
  endCursor!: string | null;
}
