import { fileURLToPath } from 'node:url';
import express from 'express';
import type { Router } from 'express';
import { readConsoleState } from './console-state.ts';
import type { ConsoleSources } from './console-state.ts';

const PAGE_FOLDER = fileURLToPath(new URL('./page', import.meta.url));

/** The local console: mails, connections, channels, outbox and log of this laptop. */
export function consoleRoutes(sources: ConsoleSources): Router {
  const router = express.Router();
  router.use((_request, response, next) => {
    response.set({
      'Cache-Control': 'no-store',
      'Content-Security-Policy': "default-src 'self'; frame-ancestors 'none'",
      'X-Content-Type-Options': 'nosniff',
    });
    next();
  });
  router.get('/console/state.json', async (_request, response) => {
    response.json(await readConsoleState(sources));
  });
  router.use('/console', express.static(PAGE_FOLDER, { redirect: true }));
  return router;
}
