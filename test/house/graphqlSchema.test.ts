import {
  isEnumType,
  isInputObjectType,
  isObjectType,
  isSpecifiedDirective,
  type GraphQLNamedType,
} from 'graphql';
import { scopes } from '../../src/auth/principal';
import { buildHubSchema } from '../../src/schema/buildSchema';
import { schemaText } from '../../src/schema/emitSchema';
import { rootFieldsOf } from '../schema/rootFields';
import { graphqlHub } from '../support/graphqlHub';
import { readProjectFile } from './projectFiles';

const schema = buildHubSchema();

interface Place {
  place: string;
  description: string;
}

const toPlace = (place: string, description: string | null | undefined): Place => ({
  place,
  description: description ?? '',
});

/** Everything a reader of the schema sees, by its place, with its description. */
function describedPlaces(): Place[] {
  const types = Object.values(schema.getTypeMap()).filter(({ name }) => !name.startsWith('__'));
  const directives = schema.getDirectives().filter((each) => !isSpecifiedDirective(each));
  return [
    ...types.flatMap(placesOf),
    ...directives.flatMap(({ name, description, args }) => [
      toPlace(`@${name}`, description),
      ...args.map((arg) => toPlace(`@${name}(${arg.name})`, arg.description)),
    ]),
  ];
}

function placesOf(type: GraphQLNamedType): Place[] {
  const { name, description } = type;
  const inside = (part: { name: string; description?: string | null | undefined }) =>
    toPlace(`${name}.${part.name}`, part.description);
  // What everybody knows needs no words of ours.
  const known = ['Query', 'Mutation', 'Subscription'].includes(name);
  const itself = known ? [] : [toPlace(name, description)];
  if (isEnumType(type)) return [...itself, ...type.getValues().map(inside)];
  if (isInputObjectType(type)) return [...itself, ...Object.values(type.getFields()).map(inside)];
  // A scalar of a library has the library's words.
  if (!isObjectType(type)) return [toPlace(name, `${description ?? ''}.`)];
  const fields = Object.values(type.getFields());
  return [
    ...itself,
    ...fields.map(inside),
    ...fields.flatMap((field) =>
      field.args.map((arg) => toPlace(`${name}.${field.name}(${arg.name})`, arg.description)),
    ),
  ];
}

test('schema.graphql is the schema: `npm run schema` writes it', () => {
  expect(readProjectFile('src/schema/schema.graphql')).toBe(schemaText());
});

test('all a reader sees has a description: sentences that end with a full stop', () => {
  const places = describedPlaces();
  expect(places.length).toBeGreaterThan(200);
  const silent = places.filter(({ description }) => !/\w.*\.$/s.test(description));
  expect(silent.map(({ place }) => place)).toEqual([]);
  const lowered = places.filter(({ description }) => /^[a-z]/.test(description));
  expect(lowered.map(({ place }) => place)).toEqual([]);
});

describe('what can be called', () => {
  const hub = graphqlHub();
  const fields = rootFieldsOf(schema);

  test('every field of Query and Mutation names its scope last', () => {
    const without = fields.filter(({ scope }) => !scopes.some((known) => known === scope));
    expect(without.map(({ name }) => name)).toEqual([]);
    // Some queries are for administrators, but none changes stock.
    const writing = fields.filter(({ kind, scope }) => kind === 'query' && scope === scopes[1]);
    expect(writing.map(({ name }) => name)).toEqual([]);
  });

  test('every field of Subscription names its scope last too', () => {
    const subscriptions = Object.values(schema.getSubscriptionType()!.getFields());
    const scoped = / Scope: inventory:read\.$/;
    expect(subscriptions.length).toBeGreaterThan(0);
    expect(subscriptions.filter(({ description }) => !scoped.test(description ?? ''))).toEqual([]);
  });

  test('none is open to a caller without a token', async () => {
    const open: string[] = [];
    for (const { name, operation, variables } of fields) {
      const { errors } = await hub().query(operation, variables(), { token: null });
      if (errors?.[0]?.extensions['code'] !== 'UNAUTHENTICATED') open.push(name);
    }
    expect(open).toEqual([]);
  });

  test('every mutation answers with userErrors', () => {
    const mutations = Object.values(schema.getMutationType()!.getFields());
    const without = mutations.filter(({ type }) => {
      const payload = schema.getType(String(type).replace('!', ''));
      return !isObjectType(payload) || !('userErrors' in payload.getFields());
    });
    expect(without.map(({ name }) => name)).toEqual([]);
  });
});
