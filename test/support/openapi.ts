import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv2020, { type ValidateFunction } from 'ajv/dist/2020';
import addFormats from 'ajv-formats';
import { parse } from 'yaml';

interface Operation {
  operationId: string;
  responses: Record<string, unknown>;
  requestBody?: object;
}

interface Document {
  paths: Record<string, Record<string, unknown>>;
  components: Record<string, object>;
}

interface Answer {
  status: number;
  headers: Headers;
  text: string;
}

type Pointer = readonly string[];

const ADDRESS = 'openapi.yaml';
const METHODS = ['get', 'post', 'patch', 'delete'];

/** The text of openapi.yaml. */
export const openapiText = readFileSync(join(__dirname, '../..', ADDRESS), 'utf8');

const document = parse(openapiText) as Document;
const ajv = new Ajv2020({ strict: false, allErrors: true });
addFormats(ajv);
ajv.addSchema(document, ADDRESS);

const paths = Object.entries(document.paths)
  .map(([path, item]) => ({
    path,
    item,
    pattern: new RegExp(`^${path.replaceAll('.', '\\.').replace(/\{\w+\}/g, '[^/]+')}$`),
  }))
  // A path without parameters is meant before one with.
  .sort((a, b) => Number(a.path.includes('{')) - Number(b.path.includes('{')));

/** The ids of all operations of openapi.yaml. */
export const operationIds = paths.flatMap(({ item }) =>
  METHODS.filter((method) => method in item).map(
    (method) => (item[method] as Operation).operationId,
  ),
);

/**
 * THE answers that no operation has: what is asked for is not served. Which of the responses of
 * openapi.yaml they are.
 */
const UNSERVED: readonly { path: RegExp; known: boolean; status: number; response: string }[] = [
  { path: /^\/stores\/v3\//, known: true, status: 405, response: 'MethodNotAllowed' },
  { path: /^\/stores\/v3\//, known: false, status: 404, response: 'NothingThere' },
  { path: /^\/(?:v1|webhooks)\//, known: true, status: 405, response: 'PluginMethodNotAllowed' },
  {
    path: /^\/(?:healthz|readyz|metrics|openapi\.yaml)$/,
    known: true,
    status: 405,
    response: 'OperationsMethodNotAllowed',
  },
  { path: /^\/(?!stores\/v3\/)/, known: false, status: 404, response: 'NothingHere' },
];

/** What openapi.yaml defines, and those of its responses that no operation has. */
export const { components } = document;
export const unservedResponses = UNSERVED.map(({ response }) => response);

const seen = new Set<string>();

/** What was checked so far: `<operation id, or response> <status>`. */
export const checkedAnswers: ReadonlySet<string> = seen;

/**
 * Checks a real answer against openapi.yaml: its status, media type, headers and body; of a call
 * that succeeded also the JSON that was sent.
 *
 * @throws Error that says what is not as the document has it
 */
export function checkAnswer(method: string, url: string, answer: Answer, sent?: string): void {
  const { pathname, searchParams } = new URL(url);
  const known = paths.find(({ pattern }) => pattern.test(pathname));
  const verb = method.toLowerCase();
  const operation = known?.item[verb] as Operation | undefined;
  if (!known || !operation) {
    checkUnserved(method, pathname, answer, known !== undefined);
    return;
  }
  const { operationId, responses } = operation;
  const place = `${operationId} ${answer.status}`;
  const asked = ['paths', known.path, verb];
  if (!responses[answer.status]) throw new Error(`openapi.yaml has no answer ${place}`);
  checkResponse([...asked, 'responses', String(answer.status)], answer, place);
  if (answer.status === 200) checkRequest(asked, operation, sent, searchParams.get('.r'));
  seen.add(place);
}

/** Checks what an operation was given: the body, or the same in the address. */
function checkRequest(
  at: Pointer,
  { operationId, requestBody }: Operation,
  sent: string | undefined,
  written: string | null,
): void {
  const place = `request of ${operationId}`;
  if (written !== null) {
    const { pointer } = follow([...at, 'parameters', '0']);
    const text = Buffer.from(written, 'base64url').toString();
    check([...pointer, 'schema'], written, place);
    check([...pointer, 'schema', 'contentSchema'], JSON.parse(text), place);
  }
  if (sent === undefined || !requestBody) return;
  const { pointer } = follow([...at, 'requestBody']);
  check([...pointer, 'content', 'application/json', 'schema'], JSON.parse(sent), place);
}

function checkUnserved(method: string, path: string, answer: Answer, known: boolean): void {
  const { status } = answer;
  const rule = UNSERVED.find((each) => {
    return each.path.test(path) && each.known === known && each.status === status;
  });
  if (!rule) throw new Error(`openapi.yaml has no ${method} ${path} ${status}`);
  const place = `${rule.response} ${status}`;
  checkResponse(['components', 'responses', rule.response], answer, place);
  seen.add(place);
}

function checkResponse(at: Pointer, answer: Answer, place: string): void {
  const { pointer, value } = follow(at);
  const { content, headers = {} } = value as {
    content?: Record<string, unknown>;
    headers?: Record<string, unknown>;
  };
  for (const name of Object.keys(headers)) {
    checkHeader([...pointer, 'headers', name], name, answer, place);
  }
  const type = (answer.headers.get('content-type') ?? '').split(';')[0]!;
  if (!content?.[type]) throw new Error(`${place} must not be ${type || 'untyped'}`);
  const body: unknown = type === 'application/json' ? JSON.parse(answer.text) : answer.text;
  check([...pointer, 'content', type, 'schema'], body, place);
}

function checkHeader(at: Pointer, name: string, { headers }: Answer, place: string): void {
  const { pointer, value } = follow(at);
  const { required = false, schema } = value as { required?: boolean; schema: { type?: string } };
  const text = headers.get(name);
  if (text === null) {
    if (required) throw new Error(`${place} lacks the header ${name}`);
    return;
  }
  const said = schema.type === 'integer' ? Number(text) : text;
  check([...pointer, 'schema'], said, `${place}, header ${name}`);
}

/** Checks a value against one of the schemas of openapi.yaml. */
export function checkSchema(name: string, value: unknown): void {
  check(['components', 'schemas', name], value, name);
}

function check(pointer: Pointer, value: unknown, place: string): void {
  const validate = validatorOf(pointer);
  if (validate(value)) return;
  throw new Error(`${place}: ${ajv.errorsText(validate.errors)} in ${JSON.stringify(value)}`);
}

/** A fetch that checks every answer it gets against openapi.yaml. */
export async function checkedFetch(
  input: string | URL | Request,
  init?: RequestInit,
): Promise<Response> {
  const response = await fetch(input, init);
  const { status, headers } = response;
  const text = await response.clone().text();
  const request = input instanceof Request ? input : undefined;
  const method = init?.method ?? request?.method ?? 'GET';
  const sent = typeof init?.body === 'string' && init.body !== '' ? init.body : undefined;
  const url = input instanceof Request ? input.url : input.toString();
  checkAnswer(method, url, { status, headers, text }, sent);
  return response;
}

function follow(pointer: Pointer): { pointer: Pointer; value: unknown } {
  let value: unknown = document;
  for (const key of pointer) value = (value as Record<string, unknown>)[key];
  const reference = (value as { $ref?: string }).$ref;
  return reference ? follow(reference.split('/').slice(1)) : { pointer, value };
}

const validators = new Map<string, ValidateFunction>();

function validatorOf(pointer: Pointer): ValidateFunction {
  const path = pointer
    .map((key) => encodeURIComponent(key.replaceAll('~', '~0').replaceAll('/', '~1')))
    .join('/');
  let validate = validators.get(path);
  if (!validate) {
    validate = ajv.compile({ $ref: `${ADDRESS}#/${path}` });
    validators.set(path, validate);
  }
  return validate;
}
