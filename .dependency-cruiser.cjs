/*
 * The floors of ARCHITECTURE.md: main -> app -> surfaces -> { inventory, events, auth } -> redis
 * -> lua. All may import core. `npm test` runs these rules (test/house/floors.test.ts).
 */

/** A rule: the files of `from` import none of `to`. */
function never(name, comment, from, to) {
  return { name, comment, severity: 'error', from, to };
}

/** A rule: of our own files, those of `from` import only `allowed`. */
function only(name, comment, from, ...allowed) {
  return never(name, comment, from, { path: '^src/', pathNot: allowed });
}

const CORE = '^src/core/';
const OBSERVABILITY = '^src/observability/';
const USE_CASES = ['^src/inventory/', '^src/events/', '^src/auth/'];
const SURFACES = '^src/(schema|plugin-rest|items-rest|webhooks-rest|cli)/';
const SETTINGS = '^src/(config|settings|settingRow|[a-z]+Settings)\\.ts$';
const ERROR_REPLY = '^src/error-reply\\.ts$';

/** A rule: only the files of `home` import the package. */
function oneHome(name, home) {
  const comment = `${name} is used in one place, so that it can be replaced there.`;
  return never(
    `${name}-has-one-home`,
    comment,
    { path: '^src/', pathNot: home },
    {
      path: `node_modules/(@types/)?${name}/`,
    },
  );
}

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    never(
      'no-cycles',
      'A cycle is one thing in several files. Types may point back: they are gone when code runs.',
      {},
      { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    ),
    never('everything-resolves', 'An import of nothing.', {}, { couldNotResolve: true }),
    never(
      'no-tools-at-run-time',
      'A development dependency is not there in production. Types are gone by then.',
      { path: '^src/' },
      { dependencyTypes: ['npm-dev'], pathNot: 'node_modules/@types/' },
    ),

    only('core-imports-nothing-of-ours', 'Words and rules.', { path: CORE }, CORE),
    never(
      'core-does-no-io',
      'Hashing is a rule, reading is not.',
      { path: CORE },
      {
        dependencyTypes: ['core', 'npm'],
        pathNot: '^(node:)?crypto$',
      },
    ),
    only(
      'lua-is-the-lowest-floor',
      'Text and its loader.',
      { path: '^src/lua/' },
      '^src/lua/',
      CORE,
    ),
    only(
      'redis-knows-scripts-only',
      'What is stored, not what it is for.',
      { path: '^src/redis/' },
      '^src/redis/',
      '^src/lua/',
      OBSERVABILITY,
      CORE,
    ),
    only(
      'use-cases-know-the-store-only',
      'They are called by surfaces and know none. Scripts are reached through redis/commands.',
      { path: USE_CASES },
      ...USE_CASES,
      '^src/redis/',
      OBSERVABILITY,
      CORE,
    ),
    only(
      'observability-knows-core-only',
      'Everything above core and lua may log and count.',
      { path: OBSERVABILITY },
      OBSERVABILITY,
      CORE,
    ),
    only(
      'surfaces-call-use-cases',
      'A surface translates. It imports no other surface, no script and not the store.',
      { path: SURFACES, pathNot: '^src/cli/' },
      '^src/$1/',
      ...USE_CASES,
      OBSERVABILITY,
      ERROR_REPLY,
      CORE,
    ),
    only(
      'the-command-line-is-a-surface-and-a-process',
      'As a process of its own it also reads the settings, as main does.',
      { path: '^src/cli/' },
      '^src/cli/',
      ...USE_CASES,
      OBSERVABILITY,
      SETTINGS,
      CORE,
    ),
    only(
      'app-puts-the-surfaces-together',
      'It asks redis/reads one thing: whether the store answers, for /readyz and /metrics.',
      { path: '^src/app\\.ts$' },
      SURFACES,
      ...USE_CASES,
      OBSERVABILITY,
      ERROR_REPLY,
      CORE,
      '^src/redis/reads\\.ts$',
      '^src/openapi\\.ts$',
    ),
    only(
      'main-knows-no-surface',
      'The process: settings, keys, use cases, app. It opens the store through inventory.',
      { path: '^src/main\\.ts$' },
      '^src/(app|banner|drain|hubServer)\\.ts$',
      SETTINGS,
      ...USE_CASES,
      OBSERVABILITY,
      CORE,
    ),
    only(
      'banner-names-the-demo-item',
      'Its text shows a command that moves stock.',
      { path: '^src/banner\\.ts$' },
      '^src/inventory/demoItems\\.ts$',
      CORE,
    ),
    only(
      'settings-and-errors-stand-on-core',
      'The table of settings, its reader, and the HTTP statuses of error kinds.',
      { path: ['^src/(config|settings|settingRow|error-reply)\\.ts$'] },
      SETTINGS,
      CORE,
    ),
    never(
      'settings-are-read-by-processes',
      'What is below is given the values it needs, so that it can be tried with others.',
      { path: '^src/', pathNot: ['^src/main\\.ts$', '^src/cli/', SETTINGS] },
      { path: SETTINGS },
    ),
    never(
      'nobody-imports-main',
      'It runs when it is imported.',
      {},
      {
        path: '^src/(main|cli/main)\\.ts$',
      },
    ),

    oneHome('ioredis', '^src/redis/'),
    oneHome('bullmq', '^src/redis/'),
    oneHome('jose', '^src/auth/'),
    oneHome('express', '^src/(app\\.ts$|items-rest/|schema/)'),
    oneHome('pino', OBSERVABILITY),
    oneHome('prom-client', OBSERVABILITY),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { conditionNames: ['node', 'require', 'types'] },
  },
};
