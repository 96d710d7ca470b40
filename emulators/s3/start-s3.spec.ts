import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  AbortMultipartUploadCommand,
  CreateMultipartUploadCommand,
  GetBucketVersioningCommand,
  GetObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { standIn } from '@ordercast/platform/stand-in.ts';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { s3Contract } from './s3.contract.ts';
import { startS3 } from './start-s3.ts';
import type { LocalS3 } from './start-s3.ts';

const Bucket = 'reports';
const faults: unknown[] = [];
let s3: LocalS3;
beforeAll(async () => {
  s3 = await startS3({ bucket: Bucket, onFault: (error) => faults.push(error) });
});
afterAll(async () => {
  await s3.close();
  expect(faults).toEqual([]);
});

s3Contract(() => s3.client);

function testFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'ordercast-s3-spec-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

/** A request as no SDK would send it. */
async function raw(
  path: string,
  { method = 'GET', headers = {}, body = '' }: { method?: string; headers?: object; body?: string },
): Promise<{ status: number | undefined; text: string; code: string | undefined }> {
  const sent = httpRequest(new URL(s3.endpoint), {
    path,
    method,
    headers: { Authorization: 'AWS4-HMAC-SHA256 anybody', ...headers },
  });
  const answer = new Promise<Awaited<ReturnType<typeof raw>>>((resolve, reject) => {
    sent.on('error', reject).on('response', (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.on('end', () => {
        const [, code] = /<Code>(.*)<\/Code>/.exec(text) ?? [];
        resolve({ status: response.statusCode, text, code });
      });
    });
  });
  sent.end(body);
  return answer;
}

describe('who may call', () => {
  it('is any program of this machine that signs, with whatever credentials', async () => {
    const { secretAccessKey } = s3.credentials;
    const other = new S3Client({ ...standIn(s3.endpoint), forcePathStyle: true });
    onTestFinished(() => other.destroy());
    expect(secretAccessKey).not.toBe('local');
    await other.send(new PutObjectCommand({ Bucket, Key: 'anybody', Body: 'x' }));
    expect((await fetch(`${s3.endpoint}/${Bucket}/anybody`)).status).toBe(403);
  });

  it('is no page: neither one that names its origin nor one that resolved its name to us', async () => {
    for (const headers of [{ Origin: 'https://evil.example' }, { Host: 'evil.example' }]) {
      expect((await raw(`/${Bucket}/x`, { headers })).status).toBe(403);
    }
  });
});

describe('what is wrong', () => {
  it('is said where the stand-in does not have a call', async () => {
    const versioning = s3.client.send(new GetBucketVersioningCommand({ Bucket }));
    await expect(versioning).rejects.toMatchObject({ name: 'NotImplemented' });
  });

  it('leaves nothing: bytes that are not those of their checksum, or fewer than announced', async () => {
    const wrong = s3.client.send(
      new PutObjectCommand({ Bucket, Key: 'wrong', Body: 'x', ChecksumCRC32: 'AAAAAA==' }),
    );
    await expect(wrong).rejects.toMatchObject({ name: 'BadDigest' });
    const md5 = { 'Content-MD5': 'AAAAAAAAAAAAAAAAAAAAAA==' };
    const digest = await raw(`/${Bucket}/wrong`, { method: 'PUT', headers: md5, body: 'x' });
    expect(digest).toMatchObject({ status: 400, code: 'BadDigest' });
    const chunked = { 'x-amz-content-sha256': 'STREAMING-UNSIGNED-PAYLOAD-TRAILER' };
    const cut = { method: 'PUT', headers: chunked, body: '5\r\nabc' };
    const short = await raw(`/${Bucket}/wrong`, cut);
    expect(short).toMatchObject({ status: 400, code: 'IncompleteBody' });
    const { Contents } = await s3.client.send(
      new ListObjectsV2Command({ Bucket, Prefix: 'wrong' }),
    );
    expect(Contents).toBeUndefined();
  });

  it('is no way out of the folder: a key with dots is a key', async () => {
    const path = `/${Bucket}/..%2f..%2f..%2fescaped`;
    expect((await raw(path, { method: 'PUT', body: 'x' })).status).toBe(200);
    const { Contents } = await s3.client.send(new ListObjectsV2Command({ Bucket, Prefix: '../' }));
    expect(Contents?.map(({ Key }) => Key)).toEqual(['../../../escaped']);
    expect((await raw(`/${Bucket}/%ff`, {})).code).toBe('InvalidURI');
    expect((await raw(`/${Bucket}/${'k'.repeat(1025)}`, {})).code).toBe('KeyTooLongError');
  });

  it('is no document: a list of parts that is no XML', async () => {
    const upload = await s3.client.send(new CreateMultipartUploadCommand({ Bucket, Key: 'xml' }));
    const path = `/${Bucket}/xml?uploadId=${upload.UploadId ?? ''}`;
    for (const body of ['', '<CompleteMultipartUpload>', '<Other/>']) {
      const answer = await raw(path, { method: 'POST', body });
      expect(answer).toMatchObject({ status: 400, code: 'MalformedXML' });
    }
  });
});

it('takes no part of an upload that is aborted, even one that was on its way', async () => {
  const upload = { Bucket, Key: 'aborted' };
  const { UploadId } = await s3.client.send(new CreateMultipartUploadCommand(upload));
  const path = `/${Bucket}/aborted?partNumber=1&uploadId=${UploadId ?? ''}`;
  const sending = httpRequest(new URL(s3.endpoint), {
    path,
    method: 'PUT',
    headers: { Authorization: 'AWS4-HMAC-SHA256 anybody', Expect: '100-continue' },
  });
  const answered = once(sending, 'response');
  sending.flushHeaders();
  await once(sending, 'continue');
  await s3.client.send(new AbortMultipartUploadCommand({ ...upload, UploadId }));
  sending.end('late');
  expect(await answered).toMatchObject([{ statusCode: 404 }]);
  expect(await raw(path, { method: 'PUT', body: 'later' })).toMatchObject({ code: 'NoSuchUpload' });
});

it('lists uploads a page at a time, also while those of the page before are aborted', async () => {
  for (const Key of ['page/a', 'page/a', 'page/b']) {
    await s3.client.send(new CreateMultipartUploadCommand({ Bucket, Key }));
  }
  const page = (more: object) =>
    s3.client.send(
      new ListMultipartUploadsCommand({ Bucket, Prefix: 'page/', MaxUploads: 1, ...more }),
    );
  const seen = [];
  let marker: object | undefined = {};
  while (marker !== undefined) {
    const { Uploads = [], IsTruncated, NextKeyMarker, NextUploadIdMarker } = await page(marker);
    for (const { Key, UploadId } of Uploads) {
      seen.push(Key);
      await raw(`/${Bucket}/${Key ?? ''}?uploadId=${UploadId ?? ''}`, { method: 'DELETE' });
    }
    marker = IsTruncated
      ? { KeyMarker: NextKeyMarker, UploadIdMarker: NextUploadIdMarker }
      : undefined;
  }
  expect(seen).toEqual(['page/a', 'page/a', 'page/b']);
});

it('keeps objects and unfinished uploads in its folder, and no file that none of them needs', async () => {
  const folder = testFolder();
  const first = await startS3({ folder, bucket: Bucket });
  const send = async (Key: string, Body: string) =>
    first.client.send(new PutObjectCommand({ Bucket, Key, Body }));
  await send('x', 'replaced');
  await send('x', 'kept');
  const upload = { Bucket, Key: 'y' };
  const { UploadId } = await first.client.send(new CreateMultipartUploadCommand(upload));
  const part = { ...upload, UploadId, PartNumber: 1 };
  await first.client.send(new UploadPartCommand({ ...part, Body: 'replaced part' }));
  await first.client.send(new UploadPartCommand({ ...part, Body: 'part' }));
  await first.close();

  const second = await startS3({ folder, bucket: Bucket });
  onTestFinished(() => second.close());
  const { Body } = await second.client.send(new GetObjectCommand({ Bucket, Key: 'x' }));
  expect(await Body?.transformToString()).toBe('kept');
  const { Uploads } = await second.client.send(new ListMultipartUploadsCommand({ Bucket }));
  expect(Uploads?.map((one) => one.UploadId)).toEqual([UploadId]);
  expect(readdirSync(join(folder, 'files'))).toHaveLength(2);
});

it('reads to its end an object of several parts that is replaced meanwhile', async () => {
  const Key = 'replaced-meanwhile';
  const size = 24 * 1024 * 1024;
  const params = { Bucket, Key, Body: Buffer.alloc(size, 'a') };
  await new Upload({ client: s3.client, params }).done();
  const { Body } = await s3.client.send(new GetObjectCommand({ Bucket, Key }));
  await s3.client.send(new PutObjectCommand({ Bucket, Key, Body: 'b' }));
  const text = (await Body?.transformToString()) ?? '';
  expect({ length: text.length, other: /[^a]/.test(text) }).toEqual({ length: size, other: false });
});
