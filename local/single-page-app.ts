import express from 'express';
import type { Router } from 'express';
import { fileURLToPath } from 'node:url';
import { builtFiles } from './built-files.ts';

const DIST = fileURLToPath(new URL('../web/dist', import.meta.url));

/** What the page reads at `/config.json`, so that one build serves every stage. */
export interface WebConfig {
  region: string;
  userPoolId: string;
  userPoolClientId: string;
  identityPoolId: string;
  cognitoEndpoint: string;
  apiUrl: string;
  realtimeUrl: string;
}

/**
 * Serves the built single-page app, of the folder `dist`, under a strict Content-Security-Policy: any path
 * that is no file is one of the page's own.
 */
export function singlePageApp(config: WebConfig, dist = DIST): Router {
  const router = express.Router();
  const headers = securityHeaders(config);
  router.use((_request, response, next) => {
    response.set(headers);
    next();
  });
  router.get('/config.json', (_request, response) => {
    response.set('Cache-Control', 'no-store').json(config);
  });
  // Hashed names never change their content; everything else is asked for anew.
  router.use('/assets', builtFiles(`${dist}/assets`, 'public, max-age=31536000, immutable'));
  router.use('/assets', (_request, response) => void response.sendStatus(404));
  const others = builtFiles(dist, 'no-cache');
  router.use(others);
  router.get('/{*path}', (request, response, next) => {
    request.url = '/index.html';
    return others(request, response, next);
  });
  return router;
}

function securityHeaders(config: WebConfig): Record<string, string> {
  const origins = [config.apiUrl, config.cognitoEndpoint, config.realtimeUrl].map(
    (url) => new URL(url).origin,
  );
  const realtime = new URL(config.realtimeUrl);
  const connect = new Set(["'self'", ...origins, `${realtime.protocol}//${realtime.host}`]);
  connect.delete('null');
  return {
    'Content-Security-Policy': [
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      "img-src 'self' data:",
      "font-src 'self'",
      "manifest-src 'self'",
      `connect-src ${[...connect].join(' ')}`,
      "base-uri 'none'",
      "form-action 'self'",
      "frame-ancestors 'none'",
    ].join('; '),
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Permissions-Policy': 'camera=(), geolocation=(), microphone=()',
    'Referrer-Policy': 'no-referrer',
    'X-Content-Type-Options': 'nosniff',
    'X-Frame-Options': 'DENY',
  };
}
