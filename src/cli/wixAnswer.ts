import type { TypedItem } from './typedItem';

interface ShortLine {
  index: number;
  requested: number;
  available: number;
}

/** What a plugin answer means, in a sentence. */
export function describeAnswer(
  method: 'decrement' | 'increment',
  items: readonly TypedItem[],
  orderId: string,
  status: number,
  text: string,
): string {
  if (status === 200) {
    const verb = method === 'decrement' ? 'Took' : 'Gave back';
    const what = items.map(({ quantity, product, variant }) =>
      `${quantity} of ${product} ${variant ?? ''}`.trim(),
    );
    return `${verb} ${what.join(', ')} for order ${orderId}.`;
  }
  const { description, data } = applicationErrorOf(text);
  if (status === 428) {
    const short = data?.shortLines?.map(
      ({ index, requested, available }) =>
        `${items[index]?.product ?? index}: ${requested} asked, ${available} available`,
    );
    const why = short ? `not enough. ${short.join('; ')}.` : 'unknown item or broken limit.';
    const log = short ? '' : " The hub's log says which.";
    return `Refused, nothing changed: ${why}${log}`;
  }
  if (status === 401) {
    const hint = 'Does it run with the same DATA_DIR and WIX_APP_ID, and with development keys?';
    return `The hub refused the token: ${description ?? 'no reason given'} ${hint}`;
  }
  return `Not done: ${description ?? `status ${status}`}`;
}

interface ApplicationError {
  description?: string;
  data?: { shortLines?: ShortLine[] };
}

function applicationErrorOf(text: string): ApplicationError {
  try {
    const body = JSON.parse(text) as { applicationError?: ApplicationError } | null;
    return body?.applicationError ?? {};
  } catch {
    return {};
  }
}
