import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { createMetrics, pluginOperations, pluginOutcomes } from '../../src/observability/metrics';

async function linesOf(metrics: ReturnType<typeof createMetrics>, start: string) {
  const text = await metrics.text();
  return text.split('\n').filter((line) => line.startsWith(start));
}

test('plugin requests are counted by operation and outcome, from 0 on', async () => {
  const metrics = createMetrics();
  const name = 'hub_plugin_requests_total';
  const before = await linesOf(metrics, `${name}{`);
  expect(before).toHaveLength(pluginOperations.length * pluginOutcomes.length);
  expect(before.every((line) => line.endsWith('} 0'))).toBe(true);

  metrics.pluginRequest('decrement', 'applied', 0.0004);
  metrics.pluginRequest('decrement', 'applied', 0.002);
  metrics.pluginRequest('increment', 'refused', 9);
  const after = await linesOf(metrics, `${name}{`);
  expect(after).toContain(`${name}{operation="decrement",outcome="applied"} 2`);
  expect(after).toContain(`${name}{operation="increment",outcome="refused"} 1`);
  expect(after.filter((line) => !line.endsWith('} 0'))).toHaveLength(2);
});

test('durations fall into buckets from 0.5 ms', async () => {
  const metrics = createMetrics();
  metrics.pluginRequest('decrement', 'applied', 0.0004);
  metrics.pluginRequest('decrement', 'applied', 0.002);
  const lines = await linesOf(metrics, 'hub_plugin_request_duration_seconds');
  const bucket = 'hub_plugin_request_duration_seconds_bucket';
  expect(lines[0]).toBe(`${bucket}{le="0.0005",operation="decrement"} 1`);
  expect(lines).toContain(`${bucket}{le="0.0025",operation="decrement"} 2`);
  expect(lines).toContain('hub_plugin_request_duration_seconds_count{operation="decrement"} 2');
});

test('scripts, refusals and Redis', async () => {
  const metrics = createMetrics();
  metrics.scriptCall('postMovement', 0.25);
  metrics.scriptCall('postMovement', 0.25);
  metrics.refusal('decrement', 'UNKNOWN_ITEM');
  metrics.redisUp(true);
  expect(await linesOf(metrics, 'hub_script_duration_seconds_sum')).toEqual([
    'hub_script_duration_seconds_sum{script="postMovement"} 0.5',
  ]);
  expect(await linesOf(metrics, 'hub_refusals_total{')).toEqual([
    'hub_refusals_total{operation="decrement",code="UNKNOWN_ITEM"} 1',
  ]);
  expect(await linesOf(metrics, 'hub_redis_up ')).toEqual(['hub_redis_up 1']);
  metrics.redisUp(false);
  expect(await linesOf(metrics, 'hub_redis_up ')).toEqual(['hub_redis_up 0']);
});

test('two sets of metrics do not share numbers', async () => {
  const one = createMetrics();
  const two = createMetrics();
  one.redisUp(true);
  expect(await linesOf(two, 'hub_redis_up ')).toEqual(['hub_redis_up 0']);
  expect(one.contentType).toMatch(/^text\/plain/);
});

describe('docs/reference/metrics.md', () => {
  const page = readFileSync(resolve('docs/reference/metrics.md'), 'utf8');
  const rows = page
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => line.split('|').map((cell) => cell.trim().replaceAll('`', '')));

  test('lists every metric with its type', async () => {
    const documented = new Map(rows.map(([, name, type]) => [name, type]));
    for (const { name, type } of await createMetrics().registry.getMetricsAsJSON()) {
      // The declared type is a number; what is there at run time is the word.
      expect([name, documented.get(name)]).toEqual([name, String(type)]);
    }
  });

  test("lists no metric of the hub's that is not there, and the labels there are", async () => {
    const metrics = createMetrics();
    metrics.pluginRequest('decrement', 'applied', 1);
    metrics.refusal('decrement', 'UNKNOWN_ITEM');
    metrics.scriptCall('postMovement', 1);
    metrics.wixEvent('created', 'applied', 1);
    metrics.wixEventMisfit('name');
    const labels = new Map<string, Set<string>>();
    for (const { name, values } of await metrics.registry.getMetricsAsJSON()) {
      const names = values.flatMap((value) => Object.keys(value.labels));
      labels.set(name, new Set(names.filter((label) => label !== 'le')));
    }
    for (const [, name, , cell] of rows.filter(([, name]) => name!.startsWith('hub_'))) {
      const documented = cell!.split(', ').filter((label) => label !== '');
      expect([name, labels.get(name!)]).toEqual([name, new Set(documented)]);
    }
  });

  test('lists every outcome', () => {
    const words = rows.map(([, word]) => word);
    expect(words).toEqual(expect.arrayContaining([...pluginOutcomes]));
  });
});
