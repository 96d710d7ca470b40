import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { portOf } from '@ordercast/platform/testing/port-of.ts';
import { z } from 'zod';

/** Stands for Lambda's `Invoke` and ECS's `RunTask`: notes what is to be started, and starts nothing. */
export interface AwsCalls {
  endpoint: string;
  /** Events that a function was invoked with, with its name and whether an answer is waited for. */
  invoked: { functionName: string; invocationType: unknown; event: unknown }[];
  /** What tasks were asked for: `overrides`, `clientToken` and so on. */
  tasks: Record<string, unknown>[];
  /** Why ECS starts no task, in an answer of 200; undefined: it starts one. */
  failures: { reason?: string; detail?: string }[] | undefined;
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
    failures: undefined,
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
      const invocationType = request.headers['x-amz-invocation-type'];
      state.invoked.push({ functionName, invocationType, event: JSON.parse(body) });
      return { status: 202, body: '' };
    }
    state.tasks.push(taskSchema.parse(JSON.parse(body)));
    const { failures } = state;
    const tasks = failures === undefined ? [{ taskArn: 'arn' }] : [];
    return { status: 200, body: JSON.stringify({ tasks, failures: failures ?? [] }) };
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
