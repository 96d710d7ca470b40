import { once } from 'node:events';
import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';
import { portOf } from '@ordercast/platform/testing/port-of.ts';
import { vi } from 'vitest';
import { z } from 'zod';
import { GATEWAY_HEADER_KEY } from '../gateway-header.ts';

/** Stands for API Gateway with one HTTP API; the SDK of this process is pointed to it until the environment is unstubbed. */
export interface ApiGateway {
  apiId: string;
  /** Parameter mappings by integration. */
  integrations: Map<string, Record<string, string>>;
  /** What is sent with the requests of each integration that sends it. */
  sent: () => string[];
  /** Whether updates are refused, with a text that quotes them. */
  refusesUpdates: boolean;
  close: () => Promise<void>;
}

const API_ID = 'api1234567';
const patchSchema = z.object({ requestParameters: z.record(z.string(), z.string()) });

/** A list has one integration a page, and a mapping that is not named in an update is kept, as by AWS. */
export async function startApiGateway(
  integrations: Record<string, Record<string, string>>,
): Promise<ApiGateway> {
  const all = new Map(Object.entries(integrations));
  const base = `/v2/apis/${API_ID}/integrations`;
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://gateway');
    const answer = (body: object, status = 200): void => {
      response.writeHead(status, {
        'Content-Type': 'application/json',
        ...(status === 400 && { 'x-amzn-ErrorType': 'BadRequestException' }),
      });
      response.end(JSON.stringify(body));
    };
    if (request.method === 'GET' && pathname === base) {
      const at = Number(searchParams.get('nextToken') ?? 0);
      const [entry] = [...all].slice(at, at + 1);
      const items = entry && [{ integrationId: entry[0], requestParameters: entry[1] }];
      answer({ items: items ?? [], ...(at + 1 < all.size && { nextToken: String(at + 1) }) });
      return;
    }
    const id = pathname.slice(base.length + 1);
    const known = all.get(id);
    if (request.method !== 'PATCH' || known === undefined) {
      answer({ message: 'Not Found' }, 404);
      return;
    }
    void json(request).then((body) => {
      if (gateway.refusesUpdates) {
        answer({ message: `Invalid mapping: ${JSON.stringify(body)}` }, 400);
        return;
      }
      const { requestParameters } = patchSchema.parse(body);
      all.set(id, { ...known, ...requestParameters });
      answer({ integrationId: id });
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  vi.stubEnv('AWS_ENDPOINT_URL_APIGATEWAYV2', `http://127.0.0.1:${portOf(server)}`);
  const gateway: ApiGateway = {
    apiId: API_ID,
    refusesUpdates: false,
    integrations: all,
    sent: () => [...all.values()].flatMap((one) => one[GATEWAY_HEADER_KEY] ?? []),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return gateway;
}
