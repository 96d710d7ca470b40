import { defineConfig } from 'vitest/config';

/** `npm run test:chaos`: minutes of faults, seeded; `CHAOS_SEED` and `CHAOS_SECONDS` change them. */
export default defineConfig({
  test: {
    include: ['e2e/**/*.chaos.ts'],
    testTimeout: 20 * 60_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 60_000 } },
    fileParallelism: false,
  },
});
