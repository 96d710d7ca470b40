import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ApiError } from './api-error.ts';
import { HttpClient } from './http-client.ts';
import type { ApiRequest } from './http-client.ts';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

const answerSchema = z.object({ ok: z.boolean() });
const READ: ApiRequest<{ ok: boolean }> = {
  method: 'GET',
  path: '/things',
  repeatable: true,
  answer: answerSchema,
};

describe('the HTTP client', () => {
  let server: Server;
  let baseUrl: string;
  let answers: Answer[];
  let requests: { url: string; headers: IncomingMessage['headers']; body: string }[];
  let waits: number[];
  let tokens: boolean[];
  let ended: number;
  let isOnline: boolean;

  beforeEach(async () => {
    answers = [];
    requests = [];
    waits = [];
    tokens = [];
    ended = 0;
    isOnline = true;
    server = createServer((request, response) => void answer(request, response));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    baseUrl = `http://127.0.0.1:${address.port}`;
  });

  afterEach(async () => {
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: string[] = [];
    request.setEncoding('utf8');
    for await (const chunk of request) chunks.push(String(chunk));
    requests.push({ url: request.url ?? '', headers: request.headers, body: chunks.join('') });
    (answers.shift() ?? json(200, { ok: true }))(request, response);
  }

  function json(status: number, body: object, headers: Record<string, string> = {}): Answer {
    return (_, response) => {
      response.writeHead(status, { 'content-type': 'application/json', ...headers });
      response.end(JSON.stringify(body));
    };
  }

  function problem(status: number, errors?: { path: string; message: string }[]): Answer {
    const body = { type: 'x', title: 'Title', status, detail: 'Detail.', instance: '/things' };
    return json(status, { ...body, requestId: 'request-7', errors });
  }

  const cut: Answer = (request) => void request.socket.destroy();
  const cutInTheBody: Answer = (request, response) => {
    response.writeHead(200, { 'content-length': '100' });
    response.write('{"ok":', () => request.socket.destroy());
  };

  function client(token?: () => Promise<string>): HttpClient {
    return new HttpClient({
      baseUrl,
      token: (options) => {
        tokens.push(options?.fresh ?? false);
        return token?.() ?? Promise.resolve(`token-${tokens.length}`);
      },
      onSessionEnded: () => (ended += 1),
      fetch,
      isOnline: () => isOnline,
      wait: (ms) => {
        waits.push(ms);
        return Promise.resolve();
      },
      random: () => 0.5,
      randomBytes: (count) => new Uint8Array(count).fill(requests.length + 1),
    });
  }

  async function failure(request: ApiRequest<unknown>, from = client()): Promise<ApiError> {
    const cause: unknown = await from.send(request).catch((error: unknown) => error);
    if (!(cause instanceof ApiError)) throw new Error('did not fail as it should');
    return cause;
  }

  it('sends token, trace, query and body', async () => {
    const body = { text: 'é' };
    const query = { status: 'placed', q: '', cursor: undefined, limit: 5 };
    await client().send({ ...READ, method: 'POST', query, body, headers: { 'if-match': '"3"' } });
    const [request] = requests;
    expect(request?.url).toBe('/things?status=placed&limit=5');
    expect(request?.body).toBe('{"text":"é"}');
    expect(request?.headers).toMatchObject({
      authorization: 'Bearer token-1',
      'content-type': 'application/json',
      'if-match': '"3"',
      traceparent: `00-${'01'.repeat(16)}-${'01'.repeat(8)}-01`,
    });
  });

  it.each([
    [400, 'invalid'],
    [403, 'forbidden'],
    [404, 'not-found'],
    [409, 'conflict'],
    [412, 'stale'],
    [428, 'stale'],
    [422, 'invalid'],
    [500, 'unexpected'],
  ])('names a %i by what a page can do about it', async (status, kind) => {
    answers.push(problem(status, [{ path: '/lines/0', message: 'is unknown' }]));
    const error = await failure(READ);
    expect(error).toMatchObject({ kind, status, requestId: 'request-7', message: 'Detail.' });
    expect(error.fields).toEqual([{ path: '/lines/0', message: 'is unknown' }]);
    expect(requests).toHaveLength(1);
  });

  it('understands a failure without a problem document', async () => {
    answers.push((_, response) => void response.writeHead(404).end('<h1>No</h1>'));
    expect(await failure(READ)).toMatchObject({ kind: 'not-found', problem: undefined });
  });

  it('does not take an answer of another shape', async () => {
    answers.push(json(200, { ok: 'yes' }));
    expect(await failure(READ)).toMatchObject({ kind: 'unexpected' });
  });

  it('tries a repeatable request again after a lost, cut or busy answer, in one trace', async () => {
    answers.push(cut, cutInTheBody);
    expect(await client().send(READ)).toEqual({ ok: true });
    answers.push(problem(503), problem(429));
    expect(await client().send(READ)).toEqual({ ok: true });
    expect(requests).toHaveLength(6);
    expect(waits).toEqual([300, 600, 300, 600]);
    const traces = requests.slice(0, 3).map(({ headers }) => String(headers['traceparent']));
    expect(new Set(traces.map((trace) => trace.split('-')[1])).size).toBe(1);
    expect(new Set(traces.map((trace) => trace.split('-')[2])).size).toBe(3);
  });

  it('gives up after three attempts', async () => {
    answers.push(cut, cut, cut, cut);
    expect(await failure(READ)).toMatchObject({ kind: 'unreachable' });
    expect(requests).toHaveLength(3);
  });

  it('never sends twice what would be done twice', async () => {
    answers.push(cut);
    const error = await failure({ ...READ, method: 'POST', repeatable: false });
    expect(error.kind).toBe('unreachable');
    expect(requests).toHaveLength(1);
  });

  it('asks for a fresh token once when one is refused', async () => {
    answers.push(problem(401));
    expect(await client().send(READ)).toEqual({ ok: true });
    expect(tokens).toEqual([false, true]);
    expect(requests.map(({ headers }) => headers.authorization)).toEqual([
      'Bearer token-1',
      'Bearer token-2',
    ]);
    expect(ended).toBe(0);
  });

  it('ends the session when the fresh token is refused, too', async () => {
    answers.push(problem(401), problem(401));
    expect(await failure(READ)).toMatchObject({ kind: 'session-ended' });
    expect(ended).toBe(1);
    expect(requests).toHaveLength(2);
  });

  it('sends nothing without a token', async () => {
    const error = await failure(
      READ,
      client(() => Promise.reject(new Error('over'))),
    );
    expect(error.kind).toBe('session-ended');
    const offline = Object.assign(new Error('offline'), { isUnreachable: true });
    const later = await failure(
      READ,
      client(() => Promise.reject(offline)),
    );
    expect(later.kind).toBe('not-sent');
    expect(requests).toHaveLength(0);
  });

  it('says that nothing was sent where the browser is offline', async () => {
    isOnline = false;
    baseUrl = 'http://127.0.0.1:1';
    const error = await failure({ ...READ, method: 'POST', repeatable: false });
    expect([error.kind, error.message]).toEqual([
      'not-sent',
      'You are offline, so nothing was sent. Try again once you are connected.',
    ]);
  });

  it('does not say so where an attempt before may have arrived', async () => {
    const cutOff: Answer = (request, response) => {
      isOnline = false;
      cut(request, response);
    };
    answers.push(cutOff, cut, cut);
    expect(await failure(READ)).toMatchObject({ kind: 'unreachable' });
  });

  it('reaches a server on this machine though the browser has no network', async () => {
    isOnline = false;
    expect(await client().send(READ)).toEqual({ ok: true });
  });
});
