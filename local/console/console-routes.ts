import { fileURLToPath } from 'node:url';
import express from 'express';
import type { Router } from 'express';
import { readConsoleState } from './console-state.ts';
import type { ConsoleSources } from './console-state.ts';
import { mailPage } from './mail-page.ts';
import { tellScheduler } from './tell-scheduler.ts';
import type { FireScheduled } from './tell-scheduler.ts';
import { storedObject } from './stored-objects.ts';

const PAGE_FOLDER = fileURLToPath(new URL('./page', import.meta.url));

/** The local console, below its own path: mails, stored objects, schedules, connections, channels, outbox and log of this laptop. */
export function consoleRoutes(sources: ConsoleSources & { fireScheduled: FireScheduled }): Router {
  const router = express.Router();
  router.use((_request, response, next) => {
    response.set({
      'Cache-Control': 'no-store',
      'Content-Security-Policy': "default-src 'self'; frame-ancestors 'none'",
      'X-Content-Type-Options': 'nosniff',
    });
    next();
  });
  router.get('/state.json', async (_request, response) => {
    response.json(await readConsoleState(sources));
  });
  router.get('/mails/:id', mailPage(sources.mailbox));
  router.get('/object', storedObject(sources.objects));
  router.post('/scheduler/fire', ...tellScheduler(sources.fireScheduled));
  router.use(express.static(PAGE_FOLDER, { cacheControl: false }));
  router.use((_request, response) => void response.sendStatus(404));
  return router;
}
