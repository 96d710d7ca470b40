import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    root: import.meta.dirname,
    include: ['**/*.spec.ts'],
    exclude: ['**/node_modules/**', '**/cdk.out*/**'],
    globalSetup: ['testing/synthesize-stages.ts'],
    // A synthesis takes seconds, on a machine that has other work a minute.
    testTimeout: 600_000,
    hookTimeout: 600_000,
    expect: { poll: { timeout: 240_000 } },
    maxWorkers: 2,
  },
});
