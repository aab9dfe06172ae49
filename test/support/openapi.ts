import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv2020, { type ValidateFunction } from 'ajv/dist/2020';
import addFormats from 'ajv-formats';
import { parse } from 'yaml';

interface Operation {
  operationId: string;
  responses: Record<string, unknown>;
}

interface Document {
  paths: Record<string, Record<string, unknown>>;
}

/** An operation of openapi.yaml, and how an address means it. */
interface Route {
  method: string;
  path: string;
  pattern: RegExp;
  operation: Operation;
}

const ADDRESS = 'openapi.yaml';
const METHODS = ['get', 'post', 'patch', 'delete'];

/** The text of openapi.yaml. */
export const openapiText = readFileSync(join(__dirname, '../..', ADDRESS), 'utf8');

const document = parse(openapiText) as Document;
const ajv = new Ajv2020({ strict: false, allErrors: true });
addFormats(ajv);
ajv.addSchema(document, ADDRESS);

const routes: Route[] = Object.entries(document.paths)
  .flatMap(([path, item]) =>
    METHODS.filter((method) => method in item).map((method) => ({
      method,
      path,
      pattern: new RegExp(`^${path.replaceAll('.', '\\.').replace(/\{\w+\}/g, '[^/]+')}$`),
      operation: item[method] as Operation,
    })),
  )
  // A path without parameters is meant before one with.
  .sort((a, b) => Number(a.path.includes('{')) - Number(b.path.includes('{')));

/** The ids of all operations of openapi.yaml. */
export const operationIds = routes.map(({ operation }) => operation.operationId);

const seen = new Set<string>();

/** What was checked so far: `<operation id> <status as openapi.yaml names it>`. */
export const checkedAnswers: ReadonlySet<string> = seen;

const validators = new Map<string, ValidateFunction>();

/**
 * Checks a real answer against openapi.yaml: its status, media type, headers and body.
 *
 * @throws Error that says what is not as the document has it
 */
export function checkAnswer(
  method: string,
  url: string,
  answer: { status: number; headers: Headers; text: string },
): void {
  const { pathname } = new URL(url);
  const route = routes.find(
    (known) => known.method === method.toLowerCase() && known.pattern.test(pathname),
  );
  // What is not served has no place in the document.
  if (!route && [404, 405].includes(answer.status)) return;
  if (!route) throw new Error(`openapi.yaml has no ${method} ${pathname}`);
  const { operationId, responses } = route.operation;
  const status = responses[answer.status] ? String(answer.status) : 'default';
  const place = `${operationId} ${answer.status}`;
  if (!responses[status]) throw new Error(`openapi.yaml has no answer ${place}`);
  const at = ['paths', route.path, route.method, 'responses', status];
  const { pointer, value } = followReference(at);
  const response = value as {
    content?: Record<string, unknown>;
    headers?: Record<string, unknown>;
  };
  for (const name of Object.keys(response.headers ?? {})) {
    if (!answer.headers.has(name)) throw new Error(`${place} lacks the header ${name}`);
  }
  const type = (answer.headers.get('content-type') ?? '').split(';')[0]!;
  if (!response.content?.[type]) throw new Error(`${place} must not be ${type || 'untyped'}`);
  const schema = [...pointer, 'content', type, 'schema'];
  const body: unknown = type === 'application/json' ? JSON.parse(answer.text) : answer.text;
  const validate = validatorOf(schema);
  if (!validate(body)) {
    throw new Error(`${place}: ${ajv.errorsText(validate.errors)} in ${answer.text}`);
  }
  seen.add(`${operationId} ${status}`);
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
  checkAnswer(method, input instanceof Request ? input.url : input.toString(), {
    status,
    headers,
    text,
  });
  return response;
}

function followReference(pointer: string[]): { pointer: string[]; value: unknown } {
  let value: unknown = document;
  for (const key of pointer) value = (value as Record<string, unknown>)[key];
  const reference = (value as { $ref?: string }).$ref;
  return reference ? followReference(reference.split('/').slice(1)) : { pointer, value };
}

function validatorOf(pointer: readonly string[]): ValidateFunction {
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
