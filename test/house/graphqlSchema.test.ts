import {
  isEnumType,
  isInputObjectType,
  isObjectType,
  isScalarType,
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
    toPlace('schema', schema.description),
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
  const itself = [toPlace(name, description)];
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

/*
 * By the type of its place a description must hold a sign that it is exact. A number: a digit, that
 * of its bounds; one that the hub gives may name its unit instead. An id: GUID, the form of a
 * ledger id, or a length. A text: a digit, that of its length; a form in backticks or after "such
 * as"; or a word that says it all. A time: how it is written. And what may be null in an answer
 * says when. This finds what is vague; whether a bound is the true one, only a reader of the code
 * can tell.
 */
const FORMS: Readonly<Record<string, { taken: RegExp; given: RegExp }>> = {
  Int: { taken: /\d/, given: /\d|\bunits\b|\bnumber of\b/i },
  SafeInt: { taken: /\d/, given: /\d|\bunits\b|\bnumber of\b/i },
  ID: bothWays(/GUID|<ms>-<\w+>|\d characters/),
  String: bothWays(/\d|`.+`|\bsuch as\b|\b(?:cursor|sentence|URI|URL|PEM)\b/),
  DateTime: { taken: /RFC 3339/, given: /UTC/ },
};

function bothWays(form: RegExp) {
  return { taken: form, given: form };
}

/** What has a name, a type such as `[ID!]!`, and a description. */
interface Part {
  name: string;
  type: { toString(): string };
  description?: string | null | undefined;
}

/** A field or argument, as far as its form goes. */
interface Formed extends Place {
  /** Name of its type, without lists. */
  type: string;
  nullable: boolean;
  way: 'taken' | 'given';
}

function formedPlacesOf(type: GraphQLNamedType): Formed[] {
  const formed = (way: Formed['way'], at: string, part: Part): Formed => ({
    ...toPlace(`${at}${part.name}`, part.description),
    type: String(part.type).replace(/[[\]!]/g, ''),
    nullable: !String(part.type).endsWith('!'),
    way,
  });
  const taken = (at: string, parts: readonly Part[]) =>
    parts.map((part) => formed('taken', at, part));
  if (isInputObjectType(type)) return taken(`${type.name}.`, Object.values(type.getFields()));
  if (!isObjectType(type)) return [];
  return Object.values(type.getFields()).flatMap((field) => [
    formed('given', `${type.name}.`, field),
    ...taken(`${type.name}.${field.name}: `, field.args),
  ]);
}

const isNameOfScalar = (name: string) => isScalarType(schema.getType(name));

describe('a description is exact', () => {
  const formed = Object.values(schema.getTypeMap())
    .filter(({ name }) => !name.startsWith('__'))
    .flatMap(formedPlacesOf);

  test.each(Object.keys(FORMS))('%s: unit, bounds or form', (name) => {
    const places = formed.filter(({ type }) => type === name);
    expect(places.length).toBeGreaterThan(0);
    const vague = places.filter(({ way, description }) => !FORMS[name]![way].test(description));
    expect(vague.map(({ place, description }) => `${place}: ${description}`)).toEqual([]);
  });

  test('all scalars have a form, but those of two values and of any', () => {
    const known = [...Object.keys(FORMS), 'Boolean', 'JSONObject'];
    const scalars = new Set(formed.map(({ type }) => type).filter(isNameOfScalar));
    expect([...scalars].sort()).toEqual(known.sort());
  });

  test('what may be null in an answer says what that means', () => {
    const empty = formed.filter(({ nullable, way }) => way === 'given' && nullable);
    const silent = empty.filter(({ description }) => !/\bnull\b/i.test(description));
    expect(silent.map(({ place, description }) => `${place}: ${description}`)).toEqual([]);
  });
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
