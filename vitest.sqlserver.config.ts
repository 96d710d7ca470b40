import { defineConfig } from 'vitest/config';

/** What runs on the server that SQLSERVER_URL names: stores, leadership, the relay, migrations. */
export default defineConfig({
  test: {
    include: [
      'services/**/*-store.spec.ts',
      'services/outbox/outbox.spec.ts',
      '{platform,services}/**/*.sqlserver.spec.ts',
      'migrations/**/*.sqlserver.spec.ts',
    ],
    exclude: ['**/node_modules/**'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 60_000 } },
    // One server, one database.
    fileParallelism: false,
  },
});
