import { createServer } from 'node:http';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { openDatabase } from '../platform/database.ts';
import { createLogger } from '../platform/logger.ts';
import { createApi } from '../services/create-api.ts';
import { OPEN_ROUTES } from './constructs/order-api.ts';
import { asksForToken, routeFor } from './rules/gateway-rules.ts';
import { STAGE_NAMES, judged } from './testing/assembly.ts';

const documentSchema = z.object({
  paths: z.record(
    z.string(),
    z.record(z.string(), z.looseObject({ security: z.array(z.unknown()).optional() })),
  ),
});

/** Method, path and whether it is open, of all operations that the API describes itself by. */
let operations: { method: string; path: string; isOpen: boolean }[] = [];
const database = openDatabase('sqlite::memory:');
beforeAll(async () => {
  const api = createApi({
    database,
    issuer: 'https://issuer.example',
    jwksUri: 'http://127.0.0.1:1/keys',
    clientId: 'client',
    region: 'eu-central-1',
    corsOrigins: [],
    onCommitted: () => undefined,
    clock: () => 0,
    random: () => 0.5,
    log: createLogger('order-api', { level: 'silent' }),
  });
  const server = createServer((request, response) => void api.app(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('It listens nowhere');
  const answer = await fetch(`http://127.0.0.1:${address.port}/openapi.json`);
  const { paths } = documentSchema.parse(await answer.json());
  operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { security }]) => ({
      method: method.toUpperCase(),
      path,
      isOpen: security?.length === 0,
    })),
  );
  server.close();
  api.close();
});
afterAll(() => database.destroy());

describe.each(STAGE_NAMES)('in %s', (name) => {
  const stage = judged(name);

  it('each route that the API describes asks for a token and the scope, but for those that are open', () => {
    expect(operations.length).toBeGreaterThan(OPEN_ROUTES.length);
    for (const { method, path, isOpen } of operations) {
      // One identifier in the place of a parameter, as a caller would send it.
      const route = routeFor(
        stage,
        method,
        path.replaceAll(/\{\w+\}/g, '01J00000000000000000000000'),
      );

      expect({ method, path, isRouted: route !== undefined }).toEqual({
        method,
        path,
        isRouted: true,
      });
      if (route === undefined) continue;
      expect({ method, path, isOpen: !asksForToken(stage, route) }).toEqual({
        method,
        path,
        isOpen,
      });
    }
  });
});

it('the routes that are open are those that the API describes as open', () => {
  const open = operations.filter(({ isOpen }) => isOpen).map(({ path }) => path);

  expect(OPEN_ROUTES.map(({ path }) => path).sort()).toEqual(open.sort());
});
