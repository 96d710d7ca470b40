import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, request as forward } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { portOf } from '@ordercast/platform/testing/port-of.ts';
import { onTestFinished } from 'vitest';

/**
 * `pass` it on; `refuse`: cut the connection before the other side sees it; `lose`: pass it on, and
 * cut the connection instead of answering; `hang`: never answer; `throttle` and `fail`: answer as AWS
 * does where too much is asked, or where it has a fault of its own.
 */
export type Fate = 'pass' | 'refuse' | 'lose' | 'hang' | keyof typeof ERRORS;

const ERRORS = {
  throttle: { status: 400, name: 'ThrottlingException' },
  fail: { status: 500, name: 'InternalServerError' },
};

export interface SeenRequest {
  /** Such as `PutItem`. */
  operation: string;
  body: string;
}

export interface FaultProxy {
  port: number;
  /** Decides over each request from now on; it may take its time, and the request waits. */
  decide: (rule: (request: SeenRequest) => Fate | Promise<Fate>) => void;
  /** Passes everything on, but lets the first request that matches wait until it is released. */
  hold: (matches: (request: SeenRequest) => boolean) => Hold;
  /** How many requests their callers gave up before they were answered. */
  givenUp: () => number;
}

export interface Hold {
  /** Resolves when the request has come. */
  asked: Promise<undefined>;
  release: () => void;
}

/** An HTTP proxy in front of a DynamoDB stand-in that fails as told, until the test ends. */
export async function startFaultProxy(targetPort: number): Promise<FaultProxy> {
  let rule: (request: SeenRequest) => Fate | Promise<Fate> = () => 'pass';
  let givenUp = 0;
  const cut = new WeakSet<ServerResponse>();
  const server = createServer((request, response) => {
    response.once('close', () => {
      if (!response.writableEnded && !cut.has(response)) givenUp += 1;
    });
    void relay(request, response).catch(() => response.destroy());
  });

  async function relay(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await buffer(request);
    const target = String(request.headers['x-amz-target']);
    const operation = target.slice(target.indexOf('.') + 1);
    const fate = await rule({ operation, body: body.toString() });
    if (response.destroyed) return;
    if (fate === 'refuse' || fate === 'lose') cut.add(response);
    if (fate === 'refuse') response.destroy();
    if (fate === 'throttle' || fate === 'fail') {
      const { status, name } = ERRORS[fate];
      response
        .writeHead(status, { 'Content-Type': 'application/x-amz-json-1.0' })
        .end(JSON.stringify({ __type: name, message: 'no' }));
    }
    if (fate !== 'pass' && fate !== 'lose') return;
    const outgoing = forward({
      port: targetPort,
      host: '127.0.0.1',
      method: request.method,
      path: request.url,
      headers: request.headers,
    });
    const answered = once(outgoing, 'response');
    outgoing.end(body);
    await answered.then(([answer]: IncomingMessage[]) => {
      if (answer === undefined) return;
      if (fate === 'lose') {
        answer.resume();
        answer.on('end', () => response.destroy());
        return;
      }
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
  }

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const port = portOf(server);
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return {
    port,
    decide: (next) => {
      rule = next;
    },
    hold: (matches) => {
      const asked = Promise.withResolvers<undefined>();
      const released = Promise.withResolvers<undefined>();
      let isHeld = false;
      rule = async (request): Promise<Fate> => {
        if (!isHeld && matches(request)) {
          isHeld = true;
          asked.resolve(undefined);
          await released.promise;
        }
        return 'pass';
      };
      return { asked: asked.promise, release: () => released.resolve(undefined) };
    },
    givenUp: () => givenUp,
  };
}
