import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { portOf } from '@ordercast/platform/testing/port-of.ts';
import { onTestFinished } from 'vitest';

/** An HTTP status; `hang` never answers; `cut` ends the socket without an answer. */
export type Answer = 200 | 403 | 410 | 429 | 500 | 'hang' | 'cut';

export interface Call {
  method: string;
  connectionId: string;
  body: string;
}

export interface RunningEndpoint {
  endpoint: string;
  /** Every call in the order it came. */
  calls: Call[];
  /** The texts that a connection was sent. */
  sentTo: (connectionId: string) => string[];
  /** Decides over each call from now on; it may take its time. */
  decide: (rule: (call: Call) => Answer | Promise<Answer>) => void;
  /** How many calls that hung the caller gave up. */
  givenUp: () => number;
  /** Most calls that were under way at once. */
  mostAtOnce: () => number;
  /** How many sockets were opened. */
  sockets: () => number;
}

const ERRORS = {
  403: 'ForbiddenException',
  410: 'GoneException',
  429: 'LimitExceededException',
  500: 'InternalFailure',
};

/** An `@connections` API that answers as told, until the test ends: for what no gateway does. */
export async function startEndpoint(): Promise<RunningEndpoint> {
  const calls: Call[] = [];
  let rule: (call: Call) => Answer | Promise<Answer> = () => 200;
  let underWay = 0;
  let most = 0;
  let givenUp = 0;
  let sockets = 0;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    underWay += 1;
    most = Math.max(most, underWay);
    response.once('close', () => (underWay -= 1));
    const [, connectionId = ''] = /@connections\/([^/?]+)/.exec(request.url ?? '') ?? [];
    const body = await text(request);
    const call = { method: request.method ?? '', connectionId, body };
    calls.push(call);
    const decided = await rule(call);
    if (decided === 'hang') {
      response.once('close', () => (givenUp += 1));
      return;
    }
    if (decided === 'cut') {
      response.destroy();
      return;
    }
    const errorType = decided === 200 ? {} : { 'x-amzn-ErrorType': ERRORS[decided] };
    response.writeHead(decided, errorType).end(decided === 200 ? '' : '{"message":"no"}');
  }

  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy());
  });
  server.on('connection', () => (sockets += 1));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const port = portOf(server);
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return {
    endpoint: `http://127.0.0.1:${port}/realtime`,
    calls,
    sentTo: (connectionId) =>
      calls.filter((call) => call.connectionId === connectionId).map(({ body }) => body),
    decide: (next) => {
      rule = next;
    },
    givenUp: () => givenUp,
    mostAtOnce: () => most,
    sockets: () => sockets,
  };
}
