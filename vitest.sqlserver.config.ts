import { defineConfig } from 'vitest/config';

/** What runs on the server that SQLSERVER_URL names: stores, what reports read, leadership, the relay, migrations. */
export default defineConfig({
  test: {
    include: [
      'bench/many-orders/fill-orders.spec.ts',
      'services/**/*-store.spec.ts',
      'services/outbox/outbox.spec.ts',
      'services/reports/definition/report-definitions.spec.ts',
      'services/reports/run/orders-beside-export.spec.ts',
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
