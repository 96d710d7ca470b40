import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { problemSchema } from '@ordercast/contract/problem.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ADA, SAM, startTestApi } from '../testing/test-api.ts';
import type { Answer } from '../testing/call-as.ts';
import type { TestApi } from '../testing/test-api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api.close());

const lineSchema = z.looseObject({
  level: z.string(),
  requestId: z.string().optional(),
  callerRequestId: z.string().optional(),
  route: z.string().optional(),
});
const logLines = () => api.logged.map((line) => lineSchema.parse(JSON.parse(line)));

function expectProblem(answer: Answer, status: number) {
  expect(answer.status).toBe(status);
  expect(answer.headers.get('Content-Type')).toMatch(/^application\/problem\+json/);
  const problem = problemSchema.parse(answer.body);
  expect(problem.status).toBe(status);
  expect(problem.requestId).toBe(answer.headers.get('X-Request-Id'));
  return problem;
}

/** The whole answer to a target as it stands: `fetch` would encode it. */
async function get(target: string, token: string | undefined): Promise<string> {
  const socket = connect(Number(new URL(api.url).port), '127.0.0.1');
  const authorization = token === undefined ? '' : `Authorization: Bearer ${token}\r\n`;
  socket.end(
    `GET ${new URL(api.url).pathname.replace(/\/$/, '')}${target} HTTP/1.1\r\nHost: x\r\n${authorization}Connection: close\r\n\r\n`,
    'latin1',
  );
  return text(socket);
}

const ORDER = '{"lines":[{"productId":"tea","quantity":1}]}';

describe('a body', () => {
  const post = (body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string>) =>
    fetch(`${api.url}/orders`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${api.pool.tokenFor(ADA)}`, ...headers },
      body,
    }).then(async (response): Promise<Answer> => ({
      status: response.status,
      headers: response.headers,
      body: await response.json(),
      text: '',
    }));
  const json = { 'Content-Type': 'application/json' };

  const type = (value: string) => ({ 'Content-Type': value });
  it.each([
    ['of no type', type(''), 415],
    ['of plain text', type('text/plain'), 415],
    ['of an old JSON type', type('text/json'), 415],
    ['of a form', type('application/x-www-form-urlencoded'), 415],
    ['of another JSON type', type('application/merge-patch+json'), 415],
    ['of a longer type', type('application/json-seq'), 415],
    ['of two types', type('application/json, text/plain'), 415],
    ['of another charset', type('application/json; charset=utf-7'), 415],
    ['of another charset in quotes', type('application/json;charset="latin1"'), 415],
    ['that is compressed', { ...json, 'Content-Encoding': 'gzip' }, 415],
    ['with a charset', type('Application/JSON; charset=utf-8'), 201],
    ['with a charset in quotes', type('application/json ; Charset="UTF-8"'), 201],
    ['with another parameter', type('application/json; charset=utf-8; profile="x;charset=y"'), 201],
    ['with just another parameter', type('APPLICATION/json;odata.metadata=minimal'), 201],
  ])('%s is answered with %o → %i', async (_what, headers, status) => {
    expect((await post(ORDER, headers)).status).toBe(status);
  });

  it('of a charset that JSON does not have is told so', async () => {
    const answer = await post(ORDER, type('application/json; charset=latin1'));
    expect(expectProblem(answer, 415).detail).toContain('UTF-8');
  });

  it('of 64 KB is read, and of a byte more is not', async () => {
    const fill = (bytes: number) => ORDER + ' '.repeat(bytes - ORDER.length);
    expect((await post(fill(64 * 1024), json)).status).toBe(201);
    expectProblem(await post(fill(64 * 1024 + 1), json), 413);
    expectProblem(await post(fill(1024 * 1024), json), 413);
  });

  it.each(['{', '', 'undefined', "{'lines':[]}", '\u0000', '{"lines":[]}}', 'NaN'])(
    'that is not JSON (%s) is 400',
    async (body) => {
      expectProblem(await post(body, json), 400);
    },
  );

  it('that is very deep, or not UTF-8, harms nothing', async () => {
    expectProblem(await post('['.repeat(30_000) + ']'.repeat(30_000), json), 400);
    expectProblem(await post(`{"lines":${'['.repeat(30_000)}${']'.repeat(30_000)}}`, json), 400);
    const latin1 = Buffer.from(ORDER.replace('tea', 't\u00e4'), 'latin1');
    const { detail } = expectProblem(await post(new Uint8Array(latin1), json), 400);
    expect(detail).toBe('The body is not UTF-8.');
  });

  it('whose sender hangs up half-way leaves the server well', async () => {
    const { port } = new URL(api.url);
    const socket = connect(Number(port), '127.0.0.1');
    socket.write(
      `POST /orders HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n` +
        `Authorization: Bearer ${api.pool.tokenFor(ADA)}\r\nContent-Length: 1000\r\n\r\n{"lines"`,
    );
    socket.end();
    await text(socket).catch(() => '');
    expect((await api.call(ADA, 'GET', '/products')).status).toBe(200);
  });
});

describe('a request', () => {
  it.each([
    ['half a surrogate pair', '/orders?q=%ED%A0%80', 'query'],
    ['Latin-1', '/orders?q=caf%E9', 'query'],
    ['a sign that encodes nothing', '/orders?q=100%', 'query'],
    ['a bad name of a parameter', '/orders?%ff=1', 'query'],
    ['a path of the same kind', '/orders/%ED%A0%80?q=ada', 'path'],
  ])('whose target holds %s is a 400 problem, with or without a token', async (_, target, part) => {
    for (const token of [undefined, api.pool.tokenFor(SAM)]) {
      const answer = await get(target, token);
      expect(answer).toContain('HTTP/1.1 400');
      expect(answer).toContain('application/problem+json');
      expect(answer).toContain(`The ${part} is not percent-encoded UTF-8.`);
    }
  });

  it('whose query is any UTF-8 is read', async () => {
    const query = new URLSearchParams({ q: '\u{1f375} caf\u00e9 100% + a&b=c?' });
    const answer = await get(`/orders?${query.toString()}`, api.pool.tokenFor(SAM));
    expect(answer).toContain('HTTP/1.1 200');
  });

  it('for nothing is a 404 problem, with or without a token', async () => {
    expectProblem(await api.call(undefined, 'GET', '/nothing?secret=1'), 404);
    expect((await api.call(ADA, 'GET', '/nothing?secret=1')).body).toMatchObject({
      instance: '/nothing',
    });
    expectProblem(await api.call(ADA, 'GET', '/Orders'), 404);
  });

  it.each(['/%', '/orders/%E0%A4%A', '/orders/%E0%A4%A/timeline', '/orders/summary%ff?from=%'])(
    'for %s, which nobody can decode, is a 400 problem',
    async (path) => {
      expectProblem(await api.call(ADA, 'GET', path), 400);
      expectProblem(await api.call(undefined, 'GET', path), 400);
    },
  );

  it('by a method that is not possible is a 405 problem that says which are', async () => {
    const answer = await api.call(ADA, 'DELETE', '/orders');
    expectProblem(answer, 405);
    expect(answer.headers.get('Allow')).toBe('GET, HEAD, POST');
    const options = await api.call(undefined, 'OPTIONS', '/products');
    expect(options.status).toBe(204);
    expect(options.headers.get('Allow')).toBe('GET, HEAD');
  });

  it('by HEAD is answered as by GET, without the body', async () => {
    const answer = await api.call(ADA, 'HEAD', '/products');
    expect(answer.status).toBe(200);
    expect(answer.text).toBe('');
    expect(Number(answer.headers.get('Content-Length'))).toBeGreaterThan(10);
  });

  it('keeps its trace context and the id that its caller gave it, beside one of its own', async () => {
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
    const headers = { 'X-Request-Id': 'my-request/1', traceparent };
    const answers = [
      await api.call(ADA, 'GET', '/orders/1', { headers }),
      await api.call(ADA, 'GET', '/orders/1', { headers }),
    ];
    const ids = answers.map((answer) => {
      expect(answer.headers.get('X-Request-Id')).toBe('my-request/1');
      expect(answer.headers.get('traceparent')).toBe(traceparent);
      const { requestId } = problemSchema.parse(answer.body);
      expect(answer.headers.get('Ordercast-Request-Id')).toBe(requestId);
      return requestId;
    });
    expect(new Set(ids).size).toBe(2);
    for (const requestId of ids) {
      expect(logLines().find((line) => line.requestId === requestId)).toMatchObject({
        callerRequestId: 'my-request/1',
        traceparent,
        method: 'GET',
        route: '/orders/:id',
        status: 404,
        msg: 'request',
      });
    }
  });

  it.each(['a"b<c>', 'ada@example.com', 'a b', '', 'x'.repeat(129)])(
    'that its caller names %j gets an id and a trace context of its own',
    async (name) => {
      const answer = await api.call(ADA, 'GET', '/products', {
        headers: {
          'X-Request-Id': name,
          traceparent: '00-00000000000000000000000000000000-00f067aa0ba902b7-01',
        },
      });
      expect(answer.headers.get('X-Request-Id')).toMatch(/^[0-9A-Z]{26}$/);
      expect(answer.headers.get('Ordercast-Request-Id')).toBe(answer.headers.get('X-Request-Id'));
      expect(answer.headers.get('traceparent')).toMatch(
        /^00-(?!0{32})[0-9a-f]{32}-[0-9a-f]{16}-01$/,
      );
      if (name !== '') expect(api.logged.join()).not.toContain(name);
    },
  );

  it('is logged by the template of its path, and never by what stands in it', async () => {
    const person = 'lin@example.com';
    const paths: [string, string | undefined][] = [
      [`/orders?q=${person}`, '/orders'],
      [`/orders/${person}/timeline?token=${person}`, '/orders/:id/timeline'],
      [`/orders/${person}?${person}`, '/orders/:id'],
      [`/${person}/orders`, undefined],
      [`/health/live?${person}`, '/health/live'],
      [`/orders/%ff${person}`, undefined],
    ];
    for (const [path, route] of paths) {
      const answer = await api.call(ADA, 'GET', path);
      const requestId = answer.headers.get('Ordercast-Request-Id');
      const line = logLines().find((one) => one.requestId === requestId);
      expect(line).toMatchObject({ method: 'GET', status: answer.status });
      expect(line?.route).toBe(route);
    }
    expect(api.logged.join()).not.toContain(person);
  });

  it.each(['destroy', 'resetAndDestroy'] as const)(
    'whose caller hangs up half-way (%s) is no failure',
    async (end) => {
      const socket = connect(Number(new URL(api.url).port), '127.0.0.1');
      socket.on('error', () => undefined);
      socket.write(
        `POST /orders HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nX-Request-Id: ${end}\r\n` +
          `Authorization: Bearer ${api.pool.tokenFor(ADA)}\r\nContent-Length: 1000\r\n\r\n{"lines"`,
      );
      // What is answered after it shows that it has arrived.
      await api.call(ADA, 'GET', '/products');
      socket[end]();
      await expect
        .poll(() => logLines().find(({ callerRequestId }) => callerRequestId === end))
        .toMatchObject({ level: 'info', msg: 'the caller hung up', route: '/orders' });
      expect(logLines().filter(({ level }) => level !== 'info')).toEqual([]);
    },
  );

  it('passes its trace context on to the event that it causes', async () => {
    const traceparent = '00-11112222333344445555666677778888-00f067aa0ba902b7-01';
    await api.call(ADA, 'POST', '/orders', { body: ORDER, headers: { traceparent } });
    expect(await api.database.db('outbox').pluck('traceparent')).toContain(traceparent);
  });

  it('that fails inside tells nothing but its id, which the log explains', async () => {
    const other = await startTestApi();
    try {
      await other.database.db.schema.dropTable('order_timeline');
      const answer = await other.call(SAM, 'GET', '/orders/01HF7YAT000000000000000000/timeline');
      expect(answer.status).toBe(404);
      await other.database.db.schema.dropTable('idempotency_keys');
      const failed = await other.call(SAM, 'POST', '/orders', {
        body: ORDER,
        headers: { 'Idempotency-Key': 'k' },
      });
      const { requestId } = expectProblem(failed, 500);
      expect(failed.text).not.toMatch(/sql|table|idempotency_keys/i);
      const line = other.logged.find((entry) => entry.includes('"level":"error"'));
      expect(line).toContain(requestId);
      expect(line).toContain('no such table');
    } finally {
      await other.close();
    }
  });
});

describe('CORS', () => {
  const origin = 'https://app.example.com';

  it('lets the listed origin ask first, and then read what it needs', async () => {
    const preflight = await api.call(undefined, 'OPTIONS', '/orders', {
      headers: {
        Origin: origin,
        'Access-Control-Request-Method': 'POST',
        'Access-Control-Request-Headers': 'authorization,content-type,idempotency-key',
      },
    });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get('Access-Control-Allow-Origin')).toBe(origin);
    expect(preflight.headers.get('Access-Control-Allow-Methods')).toContain('POST');
    const allowed = preflight.headers.get('Access-Control-Allow-Headers')?.split(/, ?/);
    expect(allowed).toEqual([
      'Authorization',
      'Content-Type',
      'If-Match',
      'Idempotency-Key',
      'traceparent',
    ]);

    const answer = await api.call(ADA, 'POST', '/orders', {
      body: ORDER,
      headers: { Origin: origin },
    });
    expect(answer.headers.get('Access-Control-Allow-Origin')).toBe(origin);
    expect(answer.headers.get('Vary')).toContain('Origin');
    const exposed = answer.headers.get('Access-Control-Expose-Headers')?.split(/, ?/);
    for (const name of [
      'ETag',
      'Location',
      'X-Request-Id',
      'Ordercast-Request-Id',
      'Idempotency-Replayed',
      'Retry-After',
    ]) {
      expect(exposed).toContain(name);
    }
  });

  it('lets the listed origin read problems too', async () => {
    for (const path of ['/orders', '/nothing']) {
      const answer = await api.call(undefined, 'GET', path, { headers: { Origin: origin } });
      expect(answer.status).toBeGreaterThan(400);
      expect(answer.headers.get('Access-Control-Allow-Origin')).toBe(origin);
    }
  });

  it.each([
    'https://evil.example.com',
    'https://app.example.com.evil.com',
    'http://app.example.com',
    'null',
  ])('tells %s nothing', async (foreign) => {
    const preflight = await api.call(undefined, 'OPTIONS', '/orders', {
      headers: { Origin: foreign, 'Access-Control-Request-Method': 'POST' },
    });
    const answer = await api.call(ADA, 'GET', '/products', { headers: { Origin: foreign } });
    for (const { headers } of [preflight, answer]) {
      expect(headers.get('Access-Control-Allow-Origin')).toBeNull();
      expect(headers.get('Access-Control-Allow-Credentials')).toBeNull();
      expect(headers.get('Vary')).toContain('Origin');
    }
  });
});
