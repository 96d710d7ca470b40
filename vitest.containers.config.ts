import { defineConfig } from 'vitest/config';

/** `npm run test:containers`: the image, built and run without Docker. */
export default defineConfig({
  test: {
    include: ['e2e/**/*.containers.ts'],
    testTimeout: 20 * 60_000,
    hookTimeout: 40 * 60_000,
    expect: { poll: { timeout: 240_000 } },
    fileParallelism: false,
  },
});
