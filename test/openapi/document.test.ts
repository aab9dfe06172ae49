import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { components, operationIds, openapiText, unservedResponses } from '../support/openapi';
import { pluginHub } from '../support/pluginHub';

const hub = pluginHub();

test('the document is OpenAPI', () => {
  const validator = require.resolve('@seriousme/openapi-schema-validator/package.json');
  const program = join(dirname(validator), 'bin/validate-api-cli.js');
  const said = execFileSync(process.execPath, [program, 'openapi.yaml'], { encoding: 'utf8' });
  expect(JSON.parse(said)).toEqual({ valid: true });
});

test('every operation has an id of its own', () => {
  expect(operationIds.length).toBeGreaterThan(20);
  expect(new Set(operationIds).size).toBe(operationIds.length);
});

test('every component is used, and nothing else is', () => {
  const parts = { ...components, securitySchemes: {} };
  const named = Object.entries(parts).flatMap(([kind, of]) =>
    Object.keys(of).map((name) => `#/components/${kind}/${name}`),
  );
  const used = [...openapiText.matchAll(/'(#\/components\/[^']+)'/g)].map(([, name]) => name!);
  const unserved = unservedResponses.map((name) => `#/components/responses/${name}`);
  expect([...new Set([...used, ...unserved])].sort()).toEqual(named.sort());
});

test('the document has the version of the package', () => {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
  expect(openapiText).toContain(`\n  version: ${version}\n`);
});

test('the hub serves it as it is', async () => {
  const response = await fetch(`${hub().url}/openapi.yaml`);
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toBe('application/yaml; charset=utf-8');
  expect(await response.text()).toBe(openapiText);
});
