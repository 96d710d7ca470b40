import { createHash, createHmac } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { createServer } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { ConnectionClient } from './connection-client.ts';
import { startEndpoint } from '../testing/running-endpoint.ts';
import { SdkConnectionClient } from './sdk-connection-client.ts';
import { SignedConnectionClient } from './signed-connection-client.ts';

const CREDENTIALS = {
  accessKeyId: 'AKIDEXAMPLE',
  secretAccessKey: 'secret',
  sessionToken: 'token',
};
/** Ids of API Gateway end like this one: a path must not carry the sign as it is. */
const ID = 'L0SM9cOFvHcCIhw=';

const CLIENTS = [
  ['the SDK', SdkConnectionClient],
  ['the signed one', SignedConnectionClient],
] as const;

describe.each(CLIENTS)('the connection client of %s', (_name, Client) => {
  function makeClient(maxSockets = 8) {
    const warnings: unknown[] = [];
    const client = new Client({
      region: 'eu-central-1',
      credentials: CREDENTIALS,
      maxSockets,
      logger: { warn: (...line: unknown[]) => void warnings.push(line) },
    });
    onTestFinished(() => client.destroy());
    return { client, warnings };
  }
  const post = (client: ConnectionClient, endpoint: string, data = 'x') =>
    client.post(endpoint, ID, data, new AbortController().signal);

  it('posts the text and ends connections', async () => {
    const { client } = makeClient();
    const { endpoint, calls } = await startEndpoint();
    expect(await post(client, endpoint, '{"text":"größer 🎉"}')).toBe('delivered');
    expect(await client.close(endpoint, ID, new AbortController().signal)).toBe('delivered');
    const connectionId = encodeURIComponent(ID);
    expect(calls).toEqual([
      { method: 'POST', connectionId, body: '{"text":"größer 🎉"}' },
      { method: 'DELETE', connectionId, body: '' },
    ]);
  });

  it.each([
    [403, 'failed'],
    [410, 'gone'],
    [429, 'throttled'],
    [500, 'failed'],
    ['cut', 'failed'],
  ] as const)('takes %s for %s, and does not try again by itself', async (answer, result) => {
    const { client, warnings } = makeClient();
    const { endpoint, calls, decide } = await startEndpoint();
    decide(() => answer);
    expect(await post(client, endpoint)).toBe(result);
    expect(calls).toHaveLength(1);
    expect(warnings).toHaveLength(result === 'failed' ? 1 : 0);
    expect(JSON.stringify(warnings)).not.toContain('Signature');
    decide(() => 200);
    expect(await post(client, endpoint)).toBe('delivered');
  });

  it('gives up at the signal, and at an endpoint that is not there', async () => {
    const { client } = makeClient();
    const { endpoint, calls, decide, givenUp } = await startEndpoint();
    decide(() => 'hang');
    const deadline = new AbortController();
    const posted = client.post(endpoint, ID, 'x', deadline.signal);
    await expect.poll(() => calls.length).toBe(1);
    deadline.abort();
    expect(await posted).toBe('failed');
    await expect.poll(givenUp).toBe(1);
    expect(await post(client, 'http://127.0.0.1:1/stage')).toBe('failed');
    expect(await post(client, 'no URL')).toBe('failed');
  });

  it('keeps its sockets, and opens no more than it may', async () => {
    const { client } = makeClient(4);
    const { endpoint, sockets, mostAtOnce, calls } = await startEndpoint();
    const posts = Array.from({ length: 100 }, () => post(client, endpoint));
    expect(new Set(await Promise.all(posts))).toEqual(new Set(['delivered']));
    expect(calls).toHaveLength(100);
    expect(sockets()).toBeLessThanOrEqual(4);
    expect(mostAtOnce()).toBeLessThanOrEqual(4);
  });

  it.each(['/stage', ''])('signs as AWS checks it, below "%s"', async (base) => {
    const { client } = makeClient();
    const checked: { path: string | undefined; isGood: boolean }[] = [];
    const server = createServer((request, response) => {
      void buffer(request).then((body) => {
        checked.push({ path: request.url, isGood: hasGoodSignature(request, body) });
        response.end();
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    const endpoint = `http://127.0.0.1:${port}${base}`;
    expect(await post(client, endpoint, '{"text":"größer"}')).toBe('delivered');
    expect(await client.close(endpoint, ID, new AbortController().signal)).toBe('delivered');
    const path = `${base}/@connections/L0SM9cOFvHcCIhw%3D`;
    expect(checked).toEqual([
      { path, isGood: true },
      { path, isGood: true },
    ]);
  });
});

/** Signature Version 4 as the IAM user guide has it ("Create a signed AWS API request"). */
function hasGoodSignature({ method, url = '', headers }: IncomingMessage, body: Buffer): boolean {
  const match =
    /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/((\d{8})\/([^/]+)\/execute-api\/aws4_request), ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/.exec(
      headers.authorization ?? '',
    );
  const [, scope = '', day = '', region = '', signed = '', signature] = match ?? [];
  if (region !== 'eu-central-1' || headers['x-amz-security-token'] !== 'token') return false;
  const [path = '', query = ''] = url.split('?');
  const canonical = [
    method,
    path.split('/').map(encodeURIComponent).join('/'),
    query,
    ...signed.split(';').map((name) => `${name}:${String(headers[name]).trim()}`),
    '',
    signed,
    sha256(body),
  ].join('\n');
  const text = ['AWS4-HMAC-SHA256', headers['x-amz-date'], scope, sha256(canonical)].join('\n');
  const key = [day, region, 'execute-api', 'aws4_request'].reduce(
    (secret: Buffer, part) => createHmac('sha256', secret).update(part).digest(),
    Buffer.from(`AWS4${CREDENTIALS.secretAccessKey}`),
  );
  return signature === createHmac('sha256', key).update(text).digest('hex');
}

function sha256(data: string | Buffer): string {
  return createHash('sha256').update(data).digest('hex');
}
