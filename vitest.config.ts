import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  // State classes in `.svelte.ts` files are written in runes.
  plugins: [svelte()],
  test: {
    include: ['**/*.spec.ts'],
    // `npm run check:infra` runs those of infra, which has packages of its own.
    exclude: ['**/node_modules/**', '**/dist/**', 'infra/**'],
    // They end what hangs; a machine that has other work must not reach them.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    expect: { poll: { timeout: 240_000 } },
    maxWorkers: 2,
  },
});
