/** Every suite runs as ESM through swc; real servers are started by `npm test` (deploy/dev/test.ts) before jest. */
export default {
  testEnvironment: 'node',
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { parser: { syntax: 'typescript' }, target: 'es2022' }, module: { type: 'es6' }, sourceMaps: 'inline' },
    ],
  },
  // A slow machine is no failure: bounds of tests only end what would never end.
  testTimeout: 600_000,
  reporters: ['default', '<rootDir>/test/support/count-reporter.cjs'],
};
