import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { portOf } from '@ordercast/platform/testing/port-of.ts';
import { z } from 'zod';

/** Stands for Lambda's `Invoke` and ECS's `RunTask`: notes what is to be started, and starts nothing. */
export interface AwsCalls {
  endpoint: string;
  /** Events that a function was invoked with, with its name. */
  invoked: { functionName: string; event: unknown }[];
  /** What tasks were asked for: `overrides`, `clientToken` and so on. */
  tasks: Record<string, unknown>[];
  /** Whether it answers 500 to everything. */
  isDown: boolean;
  close: () => Promise<void>;
}

const taskSchema = z.record(z.string(), z.unknown());

/** Starts one, on a port of its own. */
export async function startAwsCalls(): Promise<AwsCalls> {
  const state: AwsCalls = {
    endpoint: '',
    invoked: [],
    tasks: [],
    isDown: false,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  const take = async (request: IncomingMessage): Promise<{ status: number; body: string }> => {
    const body = await text(request);
    if (state.isDown) return { status: 500, body: '{}' };
    const functionName = /\/functions\/([^/]+)\/invocations/.exec(request.url ?? '')?.[1];
    if (functionName !== undefined) {
      state.invoked.push({ functionName, event: JSON.parse(body) });
      return { status: 202, body: '' };
    }
    state.tasks.push(taskSchema.parse(JSON.parse(body)));
    return { status: 200, body: JSON.stringify({ tasks: [{ taskArn: 'arn' }], failures: [] }) };
  };
  const server = createServer((request, response) => {
    void take(request).then(({ status, body }) => {
      response.writeHead(status, { 'Content-Type': 'application/x-amz-json-1.1' }).end(body);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  state.endpoint = `http://127.0.0.1:${portOf(server)}`;
  return state;
}
