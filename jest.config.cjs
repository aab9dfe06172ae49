/** @type {import('jest').Config} */
module.exports = {
  testEnvironment: 'node',
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  transform: {
    '\\.ts$': [
      'ts-jest',
      {
        tsconfig: {
          target: 'es2023',
          module: 'commonjs',
          esModuleInterop: true,
          experimentalDecorators: true,
          useDefineForClassFields: false,
          isolatedModules: true,
        },
        // Types are checked once by tsc; Jest only needs the code.
        diagnostics: false,
      },
    ],
    // jose ships ES modules only.
    '/node_modules/jose/.+\\.js$': '<rootDir>/test/support/compileModule.cjs',
  },
  transformIgnorePatterns: ['/node_modules/(?!jose/)'],
  globalSetup: '<rootDir>/test/support/globalSetup.ts',
  globalTeardown: '<rootDir>/test/support/globalTeardown.ts',
  maxWorkers: 2,
  testTimeout: 30_000,
};
