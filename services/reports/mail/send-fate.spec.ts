import { createServer } from 'node:net';
import type { Socket } from 'node:net';
import { once } from 'node:events';
import { Agent } from 'node:http';
import { SESv2Client, SendEmailCommand } from '@aws-sdk/client-sesv2';
import { portOf } from '@ordercast/platform/testing/port-of.ts';
import { standIn } from '@ordercast/platform/stand-in.ts';
import { describe, expect, it } from 'vitest';
import { judgeFailedSend } from './send-fate.ts';

const MAIL = {
  FromEmailAddress: 'reports@example.com',
  Destination: { ToAddresses: ['ada@example.com'] },
  Content: { Simple: { Subject: { Data: 'x' }, Body: { Text: { Data: 'x' } } } },
};

/** What the SDK's client says of a server or a network. */
async function failureOf(
  endpoint: string,
  settings: ConstructorParameters<typeof SESv2Client>[0] = {},
): Promise<unknown> {
  const client = new SESv2Client({ ...standIn(endpoint), maxAttempts: 1, ...settings });
  try {
    return await client.send(new SendEmailCommand(MAIL)).catch((error: unknown) => error);
  } finally {
    client.destroy();
  }
}

async function failureAt(answer: (socket: Socket) => void): Promise<unknown> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined).once('data', () => answer(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    return await failureOf(`http://127.0.0.1:${portOf(server)}`);
  } finally {
    server.close();
  }
}

const reply = (status: number, body: string) => (socket: Socket) =>
  socket.end(
    `HTTP/1.1 ${status} X\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`,
  );
const refusal = (name: string) => JSON.stringify({ __type: name, message: 'No.' });
const fateOf = (error: unknown) => judgeFailedSend(error, { hadBegun: true });

describe('surely not sent is', () => {
  it('what did not even begin', () => {
    const error = new Error('No credentials');
    expect(judgeFailedSend(error, { hadBegun: false })).toMatchObject({ fate: 'not-sent' });
  });

  it('what found nobody who listens', async () => {
    expect(fateOf(await failureOf('http://127.0.0.1:1'))).toMatchObject({
      fate: 'not-sent',
      reason: 'SES could not be reached (ECONNREFUSED).',
      concernsAll: true,
    });
  });

  it('what found no address of the name', async () => {
    const error = await failureOf('http://email.invalid');
    expect(fateOf(error)).toMatchObject({ fate: 'not-sent', concernsAll: true });
  });

  it('what waited for a connection in vain', async () => {
    // A name whose address never comes is a connection that never does.
    const httpAgent = new Agent({ lookup: () => undefined });
    const error = await failureOf('http://email.example', {
      requestHandler: { connectionTimeout: 20, httpAgent },
    });
    expect(fateOf(error)).toMatchObject({
      fate: 'not-sent',
      reason: 'SES could not be reached (TimeoutError).',
    });
  });

  it('what found nobody at any address of the name', () => {
    const refused = () => Object.assign(new Error('no'), { syscall: 'connect' });
    const reset = Object.assign(new Error('no'), { syscall: 'read' });
    expect(fateOf(new AggregateError([refused(), refused()])).fate).toBe('not-sent');
    expect(fateOf(new AggregateError([refused(), reset])).fate).toBe('unknown');
    expect(fateOf(new AggregateError([])).fate).toBe('unknown');
  });

  it.each([
    [400, 'MessageRejected', false],
    [400, 'BadRequestException', false],
    [400, 'SendingPausedException', true],
    [403, 'AccessDeniedException', true],
    [404, 'NotFoundException', true],
    [429, 'TooManyRequestsException', true],
  ])('what SES refuses with %i %s', async (status, name, concernsAll) => {
    expect(fateOf(await failureAt(reply(status, refusal(name))))).toEqual({
      fate: 'not-sent',
      reason: `SES refused it (${name}): No.`,
      concernsAll,
    });
  });
});

describe('unknown is', () => {
  it.each([
    ['a 500', reply(500, refusal('InternalServiceErrorException'))],
    ['a 503', reply(503, '')],
    ['an answer that is no JSON', reply(200, 'ok')],
    ['a connection that ends', (socket: Socket) => void socket.end()],
    ['a connection that breaks', (socket: Socket) => void socket.resetAndDestroy()],
    ['half an answer', (socket: Socket) => void socket.end('HTTP/1.1 400 X\r\nContent-Le')],
  ])('%s', async (_what, answer) => {
    expect(fateOf(await failureAt(answer))).toMatchObject({ fate: 'unknown', concernsAll: true });
  });

  it('whatever else may come', () => {
    for (const error of [
      undefined,
      'text',
      new Error('x'),
      { $metadata: { httpStatusCode: 400 } },
    ]) {
      expect(fateOf(error).fate).toBe('unknown');
    }
    const timeout = Object.assign(new Error('too late'), { name: 'TimeoutError' });
    expect(fateOf(timeout).fate).toBe('unknown');
  });
});
