import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import {
  DeleteConnectionCommand,
  GetConnectionCommand,
  PostToConnectionCommand,
} from '@aws-sdk/client-apigatewaymanagementapi';
import { describe, expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import type { ConnectEvent, DisconnectEvent } from './gateway-event.ts';
import { startGateway, TestClient, type RunningGateway } from './testing/running-gateway.ts';
import type { GatewayOptions } from './websocket-gateway.ts';

const run = promisify(execFile);

async function start(options: Partial<GatewayOptions> = {}) {
  const ids: string[] = [];
  const ends: DisconnectEvent[] = [];
  const one = await startGateway({
    ...options,
    routes: {
      $connect: (event: ConnectEvent) => {
        ids.push(event.requestContext.connectionId);
        return { statusCode: 200 };
      },
      $disconnect: (event: DisconnectEvent) => {
        ends.push(event);
        return { statusCode: 200 };
      },
    },
  });
  const connect = async (headers: Record<string, string> = {}) => {
    const client = await TestClient.open(one.url, [], { headers });
    return { client, ConnectionId: ids.at(-1) };
  };
  return { ...one, ends, connect };
}

const NEVER = 'H111mc0HywMCEEf=';

describe('through the AWS SDK', () => {
  test('GET tells of the connection', async () => {
    let now = Date.UTC(2026, 10, 22, 21, 0, 0, 5);
    const { client, connect } = await start({ clock: () => now });
    const { ConnectionId } = await connect({ 'User-Agent': 'spec' });
    now += 60_000;
    await client.send(new PostToConnectionCommand({ ConnectionId, Data: 'x' }));
    expect(await client.send(new GetConnectionCommand({ ConnectionId }))).toMatchObject({
      ConnectedAt: new Date('2026-11-22T21:00:00.005Z'),
      LastActiveAt: new Date('2026-11-22T21:01:00.005Z'),
      Identity: { SourceIp: '127.0.0.1', UserAgent: 'spec' },
    });
  });

  test('POST sends a text message, large ones in frames of the limit', async () => {
    const { client, connect } = await start();
    const { client: receiver, ConnectionId } = await connect();
    for (const [index, Data] of ['', 'ü', '€'.repeat(43_690)].entries()) {
      await client.send(new PostToConnectionCommand({ ConnectionId, Data }));
      expect(await receiver.message(index)).toBe(Data);
    }
  });

  test('a payload that is no UTF-8 does not cost the receiver its connection', async () => {
    const { client, connect } = await start();
    const { client: receiver, ConnectionId } = await connect();
    const Data = new Uint8Array([0x61, 0xff]);
    await client.send(new PostToConnectionCommand({ ConnectionId, Data }));
    expect(await receiver.message()).toBe('a\ufffd');
  });

  test('DELETE closes the connection with 1000', async () => {
    const { client, connect, ends, gateway } = await start();
    const { client: receiver, ConnectionId } = await connect();
    const deleted = await client.send(new DeleteConnectionCommand({ ConnectionId }));
    expect(deleted.$metadata.httpStatusCode).toBe(204);
    expect(await receiver.closed).toEqual({ code: 1000, reason: 'Connection Closed Normally' });
    expect(gateway.connectionCount).toBe(0);
    expect(ends).toMatchObject([
      {
        requestContext: {
          disconnectStatusCode: 1000,
          disconnectReason: 'Connection Closed Normally',
        },
      },
    ]);
  });

  test.each([
    ['GET', (ConnectionId: string) => new GetConnectionCommand({ ConnectionId })],
    ['POST', (ConnectionId: string) => new PostToConnectionCommand({ ConnectionId, Data: 'x' })],
    ['DELETE', (ConnectionId: string) => new DeleteConnectionCommand({ ConnectionId })],
  ])('%s of what is gone, never was, is malformed or not allowed', async (_method, command) => {
    let allowed = true;
    const { client, connect } = await start({ mayManage: () => allowed });
    const { client: receiver, ConnectionId = '' } = await connect();
    const send = (id: string) => sendAny(client, command(id));
    receiver.socket.close();
    await receiver.closed;
    const gone = { name: 'GoneException', $metadata: { httpStatusCode: 410 } };
    await expect(send(ConnectionId)).rejects.toMatchObject(gone);
    await expect(send(NEVER)).rejects.toMatchObject(gone);
    await expect(send('nope/../%zz')).rejects.toMatchObject({
      name: 'BadRequestException',
      message: 'Invalid connectionId: nope/../%zz',
      $metadata: { httpStatusCode: 400 },
    });
    allowed = false;
    await expect(send(NEVER)).rejects.toMatchObject({
      name: 'ForbiddenException',
      $metadata: { httpStatusCode: 403 },
    });
  });

  test('a payload of the limit passes, one byte more is PayloadTooLargeException', async () => {
    const { client, connect } = await start();
    const { client: receiver, ConnectionId } = await connect();
    const Data = 'x'.repeat(131_072);
    await client.send(new PostToConnectionCommand({ ConnectionId, Data }));
    expect(await receiver.message()).toBe(Data);
    await expect(
      client.send(new PostToConnectionCommand({ ConnectionId, Data: `${Data}x` })),
    ).rejects.toMatchObject({
      name: 'PayloadTooLargeException',
      $metadata: { httpStatusCode: 413 },
    });
    expect(receiver.messages).toHaveLength(1);
  });

  test('calls above the account’s rate are LimitExceededException', async () => {
    const { client } = await start({
      clock: () => 1_000,
      limits: { requestsPerSecond: 1, requestsBurst: 1 },
    });
    const ask = () => client.send(new GetConnectionCommand({ ConnectionId: NEVER }));
    await expect(ask()).rejects.toMatchObject({ name: 'GoneException' });
    await expect(ask()).rejects.toMatchObject({
      name: 'LimitExceededException',
      $metadata: { httpStatusCode: 429 },
    });
  });

  test('until $connect has returned, a connection is gone', async () => {
    const outcomes: string[] = [];
    const one = await startGateway({
      routes: {
        $connect: async ({ requestContext }: ConnectEvent) => {
          const { connectionId: ConnectionId } = requestContext;
          const post = new PostToConnectionCommand({ ConnectionId, Data: 'early' });
          outcomes.push(await one.client.send(post).then(() => 'sent', String));
          return { statusCode: 200 };
        },
      },
    });
    await TestClient.open(one.url);
    expect(outcomes).toEqual([expect.stringContaining('GoneException')]);
  });

  test('posts of one caller arrive in the order in which they were answered', async () => {
    const { client, connect } = await start();
    const { client: receiver, ConnectionId } = await connect();
    const texts = Array.from({ length: 50 }, (_, index) => String(index));
    for (const Data of texts) {
      await client.send(new PostToConnectionCommand({ ConnectionId, Data }));
    }
    await receiver.message(49);
    expect(receiver.messages).toEqual(texts);
  });
});

/** The three commands have no type in common that `send` takes. */
async function sendAny(
  client: RunningGateway['client'],
  command: GetConnectionCommand | PostToConnectionCommand | DeleteConnectionCommand,
): Promise<unknown> {
  if (command instanceof GetConnectionCommand) return client.send(command);
  if (command instanceof PostToConnectionCommand) return client.send(command);
  return client.send(command);
}

describe('as plain HTTP', () => {
  test('an error has its type in x-amzn-ErrorType and a message', async () => {
    const { endpoint } = await start();
    const response = await fetch(`${endpoint}/@connections/nope`);
    expect(response.status).toBe(400);
    expect(response.headers.get('x-amzn-errortype')).toBe('BadRequestException');
    expect(await response.json()).toEqual({ message: 'Invalid connectionId: nope' });
  });

  test('an id may be escaped or not, and so may the @', async () => {
    const { endpoint, connect } = await start();
    const { client: receiver, ConnectionId = '' } = await connect();
    for (const path of [
      `@connections/${ConnectionId}`,
      `%40connections/${encodeURIComponent(ConnectionId)}`,
    ]) {
      const response = await fetch(`${endpoint}/${path}`, { method: 'POST', body: path });
      expect(response.status).toBe(200);
      expect(await response.text()).toBe('');
    }
    await receiver.message(1);
  });

  test.each(['PUT', 'PATCH', 'OPTIONS'])('%s is 403', async (method) => {
    const { endpoint } = await start();
    expect((await fetch(`${endpoint}/@connections/${NEVER}`, { method })).status).toBe(403);
  });

  test('a caller that leaves in the middle of its payload sends nothing', async () => {
    const { port, client, connect: connectClient } = await start();
    const { client: receiver, ConnectionId } = await connectClient();
    const socket = connect(port, '127.0.0.1');
    socket.write(
      `POST /realtime/@connections/${ConnectionId ?? ''} HTTP/1.1\r\nHost: x\r\n` +
        'Content-Length: 1000\r\n\r\nhalf of it',
    );
    await once(socket, 'connect');
    socket.resetAndDestroy();
    await client.send(new PostToConnectionCommand({ ConnectionId, Data: 'whole' }));
    expect(await receiver.message()).toBe('whole');
    expect(receiver.messages).toEqual(['whole']);
  });

  test('a payload without end is answered at its end, and costs no memory', async () => {
    const { endpoint, connect: connectClient } = await start();
    const { client: receiver, ConnectionId = '' } = await connectClient();
    const megabyte = Buffer.alloc(1_048_576, 0x78);
    const response = await fetch(`${endpoint}/@connections/${ConnectionId}`, {
      method: 'POST',
      body: Buffer.concat(Array.from({ length: 20 }, () => megabyte)),
    });
    expect(response.status).toBe(413);
    expect(response.headers.get('x-amzn-errortype')).toBe('PayloadTooLargeException');
    expect(receiver.messages).toEqual([]);
  });

  test('other paths are left to others', async () => {
    const { endpoint } = await start();
    for (const path of ['', '/', '/@connectionsx', '/x/@connections/y']) {
      expect((await fetch(`${endpoint}${path}`)).status).toBe(404);
    }
  });
});

const AWS = 'aws';
/** As an AWS without settings of its owner's. */
const AWS_HOME = {
  PATH: process.env.PATH,
  HOME: process.env.HOME,
  AWS_CONFIG_FILE: '/nonexistent',
  AWS_SHARED_CREDENTIALS_FILE: '/nonexistent',
};
const version = await run(AWS, ['--version'], { env: AWS_HOME }).then(
  ({ stdout, stderr }) => (stdout || stderr).trim(),
  () => undefined,
);

describe('through the AWS command line', () => {
  if (version === undefined) console.warn('skipped: there is no aws on the PATH');
  const env = {
    ...AWS_HOME,
    AWS_ACCESS_KEY_ID: 'any',
    AWS_SECRET_ACCESS_KEY: 'any',
    AWS_DEFAULT_REGION: 'us-east-1',
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_MAX_ATTEMPTS: '1',
  };
  const aws = async (endpoint: string, ...words: string[]) => {
    const call = ['apigatewaymanagementapi', ...words, '--endpoint-url', endpoint];
    const { stdout } = await run(AWS, [...call, '--output', 'json'], { env });
    return stdout;
  };
  const described = z.object({
    ConnectedAt: z.iso.datetime({ offset: true }),
    LastActiveAt: z.iso.datetime({ offset: true }),
    Identity: z.object({ SourceIp: z.string(), UserAgent: z.string() }),
  });

  test.skipIf(version === undefined)(
    `GET, POST and DELETE (${version ?? 'skipped: there is no aws on the PATH'})`,
    async () => {
      // Of 64 ids one begins with a hyphen, as an option does.
      const { endpoint, connect } = await start({ random: () => 62 / 64 });
      const { client: receiver, ConnectionId = '' } = await connect({ 'User-Agent': 'spec' });
      expect(ConnectionId).toMatch(/^-/);
      const id = [`--connection-id=${ConnectionId}`];
      const seen = described.parse(JSON.parse(await aws(endpoint, 'get-connection', ...id)));
      expect(seen.Identity).toEqual({ SourceIp: '127.0.0.1', UserAgent: 'spec' });
      // Versions 1 and 2 take a text for different things, a file for the same.
      const folder = await mkdtemp(join(tmpdir(), 'ordercast-aws-'));
      onTestFinished(() => rm(folder, { recursive: true }));
      await writeFile(join(folder, 'hello'), 'hello');
      await aws(endpoint, 'post-to-connection', ...id, '--data', `fileb://${folder}/hello`);
      expect(await receiver.message()).toBe('hello');
      await aws(endpoint, 'delete-connection', ...id);
      expect(await receiver.closed).toMatchObject({ code: 1000 });
      await expect(aws(endpoint, 'get-connection', ...id)).rejects.toThrow('GoneException');
      await expect(aws(endpoint, 'get-connection', '--connection-id=nope')).rejects.toThrow(
        'BadRequestException',
      );
    },
  );
});
