import { randomUUID } from 'node:crypto';
import { graphqlHub, type GraphqlHubOptions } from '../support/graphqlHub';
import { checkedFetch } from '../support/openapi';

/** What the surface answered. */
export interface WireReply<T = Record<string, unknown>> {
  status: number;
  headers: Headers;
  body: T;
}

/** How a call is sent. */
export interface WireCall {
  /** Sent as it is; default: one with all scopes. Null: none. */
  authorization?: string | null;
  headers?: Record<string, string>;
}

/** An item on the wire, as far as tests look. */
export interface WireBody {
  id: string;
  revision: string;
  quantity?: number;
  inStock?: boolean;
  [name: string]: unknown;
}

/** An error in Wix's envelope. */
export interface WireError {
  message: string;
  details: {
    applicationError?: { code: string; description: string; data: Record<string, unknown> };
    validationError?: {
      fieldViolations: {
        field: string;
        description: string;
        violatedRule: string;
        ruleName?: string;
        data?: Record<string, unknown>;
      }[];
    };
  };
}

/** A result of a bulk call. */
export interface WireResults {
  results: {
    itemMetadata: {
      id?: string;
      originalIndex: number;
      success: boolean;
      error?: { code: string; description: string; data: Record<string, unknown> };
    };
    item?: WireBody;
  }[];
  bulkActionMetadata: {
    totalSuccesses: number;
    totalFailures: number;
    undetailedFailures: number;
  };
}

/** A hub for the tests of a file, spoken to over plain HTTP. */
export function wireHub(options: GraphqlHubOptions = {}) {
  const hub = graphqlHub(options);

  const send = async <T = Record<string, unknown>>(
    verb: string,
    path: string,
    body?: unknown,
    { authorization = hub().allScopes, headers = {} }: WireCall = {},
  ): Promise<WireReply<T>> => {
    const response = await checkedFetch(`${hub().hubUrl}/stores/v3${path}`, {
      method: verb,
      headers: {
        ...(authorization !== null && { Authorization: authorization }),
        ...(body !== undefined && { 'Content-Type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const { status } = response;
    return { status, headers: response.headers, body: (await response.json()) as T };
  };

  /** Sends a call that must succeed. */
  const run = async <T = Record<string, unknown>>(
    verb: string,
    path: string,
    body?: unknown,
    call?: WireCall,
  ): Promise<T> => {
    const reply = await send<T>(verb, path, body, call);
    if (reply.status !== 200) throw new Error(`${reply.status} ${JSON.stringify(reply.body)}`);
    return reply.body;
  };

  /** Sends a call that must be refused: its status, and code or first violation. */
  const refusal = async (verb: string, path: string, body?: unknown, call?: WireCall) => {
    const reply = await send<WireError>(verb, path, body, call);
    const { applicationError, validationError } = reply.body.details;
    const [violation] = validationError?.fieldViolations ?? [];
    if (reply.status === 200) throw new Error(`not refused: ${JSON.stringify(reply.body)}`);
    return {
      status: reply.status,
      ...(applicationError && { code: applicationError.code, data: applicationError.data }),
      ...(violation && {
        field: violation.field,
        rule: violation.ruleName ?? violation.violatedRule,
        description: violation.description,
      }),
    };
  };

  /** Creates an item by REST. */
  const create = async (item: object = {}): Promise<WireBody> => {
    const { inventoryItem } = await run<{ inventoryItem: WireBody }>('POST', '/inventory-items', {
      inventoryItem: { productId: randomUUID(), variantId: randomUUID(), quantity: 10, ...item },
    });
    return inventoryItem;
  };

  const get = async (id: string): Promise<WireBody> => {
    const path = `/inventory-items/${id}`;
    return (await run<{ inventoryItem: WireBody }>('GET', path)).inventoryItem;
  };

  return { hub, send, run, refusal, create, get };
}
