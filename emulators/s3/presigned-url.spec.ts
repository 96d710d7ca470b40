import { once } from 'node:events';
import { createServer } from 'node:http';
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { portOf } from '@ordercast/platform/testing/port-of.ts';
import { standIn } from '@ordercast/platform/stand-in.ts';
import { expect, it, onTestFinished } from 'vitest';
import { startS3 } from './start-s3.ts';

const Bucket = 'reports';
const Key = 'reports/01/1/daily 2026-11-21.csv';
const AT = Date.parse('2026-11-22T08:30:00Z');

/** S3 with one object, at its own port and below `/s3` of another server, and a clock that the test moves. */
async function start() {
  let now = AT;
  const s3 = await startS3({ bucket: Bucket, clock: () => now });
  const front = createServer((request, response) => {
    void s3.handlePresigned(request, response, '/s3');
  });
  await once(front.listen(0, '127.0.0.1'), 'listening');
  const page = new S3Client({
    ...standIn(`http://127.0.0.1:${portOf(front)}/s3`),
    credentials: s3.credentials,
    forcePathStyle: true,
  });
  onTestFinished(async () => {
    page.destroy();
    front.close();
    front.closeAllConnections();
    await s3.close();
  });
  await s3.client.send(new PutObjectCommand({ Bucket, Key, Body: 'a,b' }));
  const presign = (client: S3Client, more: object = {}) =>
    getSignedUrl(client, new GetObjectCommand({ Bucket, Key, ...more }), {
      expiresIn: 300,
      signingDate: new Date(AT),
    });
  return { s3, page, presign, advance: (ms: number) => (now += ms) };
}

async function answerTo(url: string, init?: RequestInit) {
  const answer = await fetch(url, init);
  const text = await answer.text();
  const [, code] = /<Code>(.*)<\/Code>/.exec(text) ?? [];
  return { status: answer.status, code, text };
}

it('are good for as long as they say, and then answered as S3 does', async () => {
  const { s3, presign, advance } = await start();
  const url = await presign(s3.client);
  advance(299_999);
  expect(await answerTo(url)).toMatchObject({ status: 200, text: 'a,b' });
  advance(1);
  const late = await answerTo(url);
  expect(late).toMatchObject({ status: 403, code: 'AccessDenied' });
  expect(late.text).toContain('<Message>Request has expired</Message>');
  expect(late.text).toContain('<Expires>2026-11-22T08:35:00Z</Expires>');
});

it('answer with the headers that they name', async () => {
  const { s3, presign } = await start();
  const url = await presign(s3.client, {
    ResponseContentDisposition: 'attachment; filename="Tag 21. 11.csv"',
    ResponseContentType: 'application/octet-stream',
  });
  const { headers } = await fetch(url);
  expect(headers.get('Content-Disposition')).toBe('attachment; filename="Tag 21. 11.csv"');
  expect(headers.get('Content-Type')).toBe('application/octet-stream');
});

it('are good for nothing else than what was signed', async () => {
  const { s3, presign } = await start();
  const url = await presign(s3.client, { ResponseContentType: 'text/csv' });
  const altered = [
    url.replace('2026-11-21', '2026-11-20'),
    url.replace('X-Amz-Expires=300', 'X-Amz-Expires=604800'),
    url.replace('text%2Fcsv', 'text%2Fhtml'),
    `${url}&response-cache-control=public`,
    url.replace(
      /X-Amz-Signature=./,
      (start) => `${start.slice(0, -1)}${start.endsWith('0') ? 1 : 0}`,
    ),
    url.replace('127.0.0.1', 'localhost'),
  ];
  for (const other of altered) {
    expect(other).not.toBe(url);
    expect(await answerTo(other)).toMatchObject({ status: 403, code: 'SignatureDoesNotMatch' });
  }
  expect(await answerTo(url, { method: 'DELETE' })).toMatchObject({
    code: 'SignatureDoesNotMatch',
  });
  expect(await answerTo(url)).toMatchObject({ status: 200 });
});

it('are forged by nobody who has not the credentials', async () => {
  const { s3, presign } = await start();
  const forge = async (credentials: { accessKeyId: string; secretAccessKey: string }) => {
    const client = new S3Client({ ...standIn(s3.endpoint), credentials, forcePathStyle: true });
    onTestFinished(() => client.destroy());
    return answerTo(await presign(client));
  };
  const { accessKeyId } = s3.credentials;
  expect(await forge({ accessKeyId, secretAccessKey: 'local' })).toMatchObject({
    status: 403,
    code: 'SignatureDoesNotMatch',
  });
  expect(await forge({ ...s3.credentials, accessKeyId: 'other' })).toMatchObject({
    status: 403,
    code: 'InvalidAccessKeyId',
  });
});

it('are refused before their time, and where a part of the signature is missing or twice', async () => {
  const { s3, presign, advance } = await start();
  const url = await presign(s3.client);
  const broken = [
    url.replace(/&X-Amz-Date=[^&]*/, ''),
    url.replace(/&X-Amz-Signature=[^&]*/, ''),
    url.replace('X-Amz-Expires=300', 'X-Amz-Expires=0'),
    url.replace('X-Amz-Expires=300', 'X-Amz-Expires=604801'),
    url.replace('X-Amz-SignedHeaders=host', 'X-Amz-SignedHeaders=accept'),
    `${url}&X-Amz-Expires=300`,
  ];
  for (const other of broken) {
    expect(await answerTo(other)).toMatchObject({ code: 'AuthorizationQueryParametersError' });
  }
  advance(-16 * 60_000);
  expect(await answerTo(url)).toMatchObject({ status: 403, code: 'AccessDenied' });
});

it('work behind another server below a path, for which they must have been signed', async () => {
  const { s3, page, presign } = await start();
  const url = await presign(page);
  expect(new URL(url).pathname).toMatch(/^\/s3\/reports\/reports\//);
  expect(await answerTo(url)).toMatchObject({ status: 200, text: 'a,b' });
  expect((await fetch(url, { headers: { Range: 'bytes=2-' } })).status).toBe(206);
  const own = new URL(await presign(s3.client));
  own.host = new URL(url).host;
  own.pathname = `/s3${own.pathname}`;
  expect(await answerTo(own.href)).toMatchObject({ code: 'SignatureDoesNotMatch' });
});

it('are all that is let in there, and only to read', async () => {
  const { page } = await start();
  const read = page.send(new GetObjectCommand({ Bucket, Key }));
  await expect(read).rejects.toMatchObject({ name: 'AccessDenied' });
  const write = await getSignedUrl(page, new PutObjectCommand({ Bucket, Key }), {
    signingDate: new Date(AT),
  });
  const answer = await answerTo(write, { method: 'PUT', body: 'x' });
  expect(answer).toMatchObject({ status: 403, code: 'AccessDenied' });
});
