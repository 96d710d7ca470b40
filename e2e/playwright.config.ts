import { defineConfig } from '@playwright/test';
import { z } from 'zod';

const browser = process.env.ORDERCAST_BROWSER;
/** What a browser without an installation of its own needs: where its libraries and fonts are. */
const browserEnv = z
  .record(z.string(), z.string())
  .parse(JSON.parse(process.env.ORDERCAST_BROWSER_ENV ?? '{}'));

export default defineConfig({
  testDir: '.',
  testMatch: '*.e2e.ts',
  outputDir: '../test-results',
  fullyParallel: false,
  workers: 1,
  forbidOnly: process.env.CI !== undefined,
  // They end what hangs; a machine that has other work must not reach them.
  timeout: 300_000,
  expect: { timeout: 60_000 },
  reporter: [['list']],
  use: {
    ...(browser
      ? {
          launchOptions: {
            executablePath: browser,
            args: argsFor(),
            env: { ...process.env, ...browserEnv },
          },
        }
      : {}),
    trace: 'retain-on-failure',
  },
});

/** A browser in a container runs as root, without a GPU; none of it calls home during tests. */
function argsFor(): string[] {
  const quiet = [
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ];
  return process.getuid?.() === 0 ? ['--no-sandbox', ...quiet] : quiet;
}
