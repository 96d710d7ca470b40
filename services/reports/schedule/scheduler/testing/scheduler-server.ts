import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { json } from 'node:stream/consumers';
import { portOf } from '@ordercast/platform/testing/port-of.ts';
import { z } from 'zod';

interface Failure {
  status: number;
  /** Such as `ThrottlingException`. */
  type: string;
  message?: string;
}

/** Stands for EventBridge Scheduler's HTTP API: one group, kept as it is sent, with what AWS adds by itself. */
export interface SchedulerServer {
  endpoint: string;
  /** Each call: `POST daily-orders`. */
  calls: string[];
  /** Of the calls that change something. */
  clientTokens: string[];
  /** What it answers instead, where that is not undefined; it may also hold the answer up. */
  answer: (call: string) => Failure | undefined | Promise<Failure | undefined>;
  close: () => Promise<void>;
}

const PAGE = 3;
const MISSING: Failure = { status: 404, type: 'ResourceNotFoundException' };
const CONFLICT: Failure = { status: 409, type: 'ConflictException' };
const content = z.looseObject({ ClientToken: z.string().optional() });
type Content = z.infer<typeof content>;

/** Starts one, on a port of its own. */
export async function startSchedulerServer(): Promise<SchedulerServer> {
  const schedules = new Map<string, Content>();
  const server = createServer((request, response) => {
    void reply(request).then(
      ({ status, type, body }) => {
        if (type !== undefined) response.setHeader('x-amzn-errortype', type);
        response.statusCode = status;
        response.setHeader('Content-Type', 'application/json');
        response.end(JSON.stringify(body));
      },
      (error: unknown) => response.destroy(error instanceof Error ? error : undefined),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const state: SchedulerServer = {
    endpoint: `http://127.0.0.1:${portOf(server)}`,
    calls: [],
    clientTokens: [],
    answer: () => undefined,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return state;

  async function reply(request: IncomingMessage) {
    const url = new URL(request.url ?? '', 'http://scheduler');
    const name = decodeURIComponent(url.pathname.slice('/schedules/'.length));
    const call = `${request.method ?? ''} ${name}`;
    const sent = ['POST', 'PUT'].includes(request.method ?? '')
      ? content.parse(await json(request))
      : {};
    state.calls.push(call);
    const failure = await state.answer(call);
    if (failure !== undefined) return failed(failure);
    return answerTo(request.method ?? '', name, sent, url.searchParams.get('NextToken'));
  }

  function answerTo(method: string, name: string, sent: Content, from: string | null) {
    if (sent.ClientToken !== undefined) state.clientTokens.push(sent.ClientToken);
    if (name === '') return done(listFrom(Number(from ?? 0)));
    const there = schedules.get(name);
    switch (method) {
      case 'POST':
        if (there !== undefined) return failed(CONFLICT);
        schedules.set(name, { ...sent, Name: name });
        return done({ ScheduleArn: `arn:aws:scheduler:eu-central-1:1:schedule/reports/${name}` });
      case 'PUT':
        if (there === undefined) return failed(MISSING);
        schedules.set(name, { ...sent, Name: name });
        return done({ ScheduleArn: `arn:aws:scheduler:eu-central-1:1:schedule/reports/${name}` });
      case 'DELETE':
        return schedules.delete(name) ? done({}) : failed(MISSING);
      default:
        return there === undefined ? failed(MISSING) : done({ ...there, CreationDate: 1 });
    }
  }

  function listFrom(from: number) {
    const names = [...schedules.keys()].sort();
    const next = from + PAGE < names.length ? { NextToken: `${from + PAGE}` } : {};
    return { Schedules: names.slice(from, from + PAGE).map((Name) => ({ Name })), ...next };
  }
}

interface Reply {
  status: number;
  type?: string;
  body: unknown;
}

function done(body: unknown): Reply {
  return { status: 200, body };
}

function failed({ status, type, message }: Failure): Reply {
  return { status, type, body: { Message: message ?? type } };
}
