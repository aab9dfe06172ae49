import { randomUUID } from 'node:crypto';
import { checkAnswer, checkedAnswers, checkedFetch } from '../support/openapi';
import { line, pluginHub, type Answer } from '../support/pluginHub';

const hub = pluginHub();

/** Checks what the plugin answered, and gives its status. */
function checked(method: string, answer: Answer): number {
  checkAnswer('POST', `${hub().url}/v1/${method}`, answer);
  return answer.status;
}

test('the plugin answers as the document says', async () => {
  await hub().create('cup', 5);
  expect(checked('decrement', await hub().call('decrement', [line('cup', 2)]))).toBe(200);
  expect(checked('increment', await hub().call('increment', [line('cup', 1)]))).toBe(200);
  const short = await hub().call('decrement', [line('cup', 3), line('cup', 2)]);
  expect(checked('decrement', short)).toBe(428);
  expect(short.text).toContain('shortLines');
  const unknown = await hub().call('increment', [line(randomUUID(), 1)]);
  expect(checked('increment', unknown)).toBe(428);
  const foreign = { metadata: { appExtensionType: 'OTHER' } };
  const wrongComponent = await hub().call('decrement', [line('cup', 1)], foreign);
  expect(checked('decrement', wrongComponent)).toBe(403);
  expect(checked('decrement', await hub().postToken('/v1/decrement', 'no token'))).toBe(400);
  const expired = await hub().sign({}, { exp: 1 });
  expect(checked('increment', await hub().postToken('/v1/increment', expired))).toBe(401);
  const large = 'x'.repeat(300_000);
  expect(checked('decrement', await hub().postToken('/v1/decrement', large))).toBe(413);
});

test('the webhooks answer as the document says', async () => {
  const event = { data: '{}', instanceId: hub().tenantId, eventType: 'of.somebody.else' };
  const taken = await hub().postToken('/webhooks/wix', await hub().sign(JSON.stringify(event)));
  const refused = await hub().postToken('/webhooks/wix', 'no token');
  expect([taken.status, refused.status]).toEqual([200, 400]);
  for (const answer of [taken, refused]) {
    checkAnswer('POST', `${hub().url}/webhooks/wix`, answer);
  }
});

test('operations answer as the document says', async () => {
  for (const path of ['/healthz', '/readyz', '/metrics', '/openapi.yaml', '/no-such-path']) {
    await checkedFetch(`${hub().url}${path}`);
  }
  hub().app.drain();
  expect((await checkedFetch(`${hub().url}/readyz`)).status).toBe(503);
  const seen = [...checkedAnswers];
  for (const answer of ['healthz 200', 'readyz 200', 'readyz 503', 'metrics 200']) {
    expect(seen).toContain(answer);
  }
  expect(seen).toContain('nothingHere 404');
});

test('an answer that is not as the document says is found', () => {
  const headers = new Headers({ 'content-type': 'application/json' });
  const url = `${hub().url}/healthz`;
  const answer = { status: 200, headers, text: '{"status":"well"}' };
  expect(() => {
    checkAnswer('GET', url, answer);
  }).toThrow('healthz 200');
  expect(() => {
    checkAnswer('GET', url, { ...answer, status: 204 });
  }).toThrow('no answer');
  expect(() => {
    checkAnswer('PUT', url, answer);
  }).toThrow('has no PUT');
});
