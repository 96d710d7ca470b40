import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  ListPartsCommand,
  PutObjectCommand,
  UploadPartCommand,
  paginateListObjectsV2,
} from '@aws-sdk/client-s3';
import type { S3Client } from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { describe, expect, it } from 'vitest';

const Bucket = 'reports';
const MIB = 1024 * 1024;

/** What reports need of S3, by the SDK's own clients. Each test takes keys of its own. */
export function s3Contract(clientOf: () => S3Client): void {
  const put = (Key: string, Body: string, more: object = {}) =>
    clientOf().send(new PutObjectCommand({ Bucket, Key, Body, ...more }));
  const textOf = async (Key: string, more: object = {}) => {
    const { Body } = await clientOf().send(new GetObjectCommand({ Bucket, Key, ...more }));
    return Body?.transformToString();
  };
  const start = async (Key: string) => {
    const { UploadId } = await clientOf().send(new CreateMultipartUploadCommand({ Bucket, Key }));
    return { Bucket, Key, UploadId };
  };
  const uploadsOf = async (Prefix: string) => {
    const { Uploads } = await clientOf().send(new ListMultipartUploadsCommand({ Bucket, Prefix }));
    return (Uploads ?? []).map(({ Key, UploadId }) => ({ Key, UploadId }));
  };
  const keysOf = async (Prefix: string, more: object = {}) => {
    const { Contents } = await clientOf().send(
      new ListObjectsV2Command({ Bucket, Prefix, ...more }),
    );
    return (Contents ?? []).map(({ Key }) => Key);
  };

  describe('objects', () => {
    it('come back with their bytes, their headers and the digest of their bytes', async () => {
      const Key = 'objects/a day’s report + more & «all».csv';
      const ETag = `"${createHash('md5').update('id,total\r\n').digest('hex')}"`;
      const sent = await put(Key, 'id,total\r\n', {
        ContentType: 'text/csv; charset=utf-8',
        ContentDisposition: 'attachment; filename="day.csv"',
        Metadata: { run: '01' },
      });
      expect(sent.ETag).toBe(ETag);
      const head = await clientOf().send(new HeadObjectCommand({ Bucket, Key }));
      expect(head).toMatchObject({
        ETag,
        ContentLength: 10,
        ContentType: 'text/csv; charset=utf-8',
        ContentDisposition: 'attachment; filename="day.csv"',
        Metadata: { run: '01' },
      });
      expect(await textOf(Key)).toBe('id,total\r\n');
    });

    it('can be read in part, from the start, the middle and the end', async () => {
      await put('range/x', '0123456789');
      expect(await textOf('range/x', { Range: 'bytes=0-2' })).toBe('012');
      expect(await textOf('range/x', { Range: 'bytes=7-' })).toBe('789');
      expect(await textOf('range/x', { Range: 'bytes=-4' })).toBe('6789');
      expect(await textOf('range/x', { Range: 'bytes=8-99' })).toBe('89');
      await expect(textOf('range/x', { Range: 'bytes=10-' })).rejects.toMatchObject({
        name: 'InvalidRange',
        $metadata: { httpStatusCode: 416 },
      });
    });

    it('that are not there, or no more, are told from those that are', async () => {
      await put('gone/x', 'x');
      await clientOf().send(new DeleteObjectCommand({ Bucket, Key: 'gone/x' }));
      await clientOf().send(new DeleteObjectCommand({ Bucket, Key: 'gone/x' }));
      await expect(textOf('gone/x')).rejects.toMatchObject({ name: 'NoSuchKey' });
      const head = clientOf().send(new HeadObjectCommand({ Bucket, Key: 'gone/x' }));
      await expect(head).rejects.toMatchObject({ name: 'NotFound' });
      const elsewhere = clientOf().send(new GetObjectCommand({ Bucket: 'nowhere', Key: 'x' }));
      await expect(elsewhere).rejects.toMatchObject({ name: 'NoSuchBucket' });
    });

    it('are replaced as a whole, and kept where the writer asks for that', async () => {
      await put('replaced/x', 'first');
      await put('replaced/x', 'second');
      expect(await textOf('replaced/x')).toBe('second');
      await expect(put('replaced/x', 'third', { IfNoneMatch: '*' })).rejects.toMatchObject({
        name: 'PreconditionFailed',
      });
      expect(await textOf('replaced/x')).toBe('second');
    });

    it('are listed by prefix in the order of their bytes, a page at a time', async () => {
      const keys = ['list/A', 'list/a', 'list/a/b', 'list/b', 'list/é', 'list/🍏'];
      for (const key of ['lisu', ...keys.toReversed()]) await put(key, 'x');
      expect(await keysOf('list/')).toEqual(keys);
      expect(await keysOf('list/', { StartAfter: 'list/a/b' })).toEqual(keys.slice(3));
      const pages: number[] = [];
      const seen: (string | undefined)[] = [];
      const paging = { client: clientOf(), pageSize: 2 };
      for await (const page of paginateListObjectsV2(paging, { Bucket, Prefix: 'list/' })) {
        pages.push(page.KeyCount ?? 0);
        seen.push(...(page.Contents ?? []).map(({ Key }) => Key));
      }
      expect({ pages, seen }).toEqual({ pages: [2, 2, 2], seen: keys });
    });

    it('are deleted many at once', async () => {
      for (const key of ['many/<1>', 'many/&2', 'many/3']) await put(key, 'x');
      const { Deleted, Errors } = await clientOf().send(
        new DeleteObjectsCommand({
          Bucket,
          Delete: { Objects: [{ Key: 'many/<1>' }, { Key: 'many/&2' }, { Key: 'many/none' }] },
        }),
      );
      expect(Deleted?.map(({ Key }) => Key).sort()).toEqual(['many/&2', 'many/<1>', 'many/none']);
      expect(Errors ?? []).toEqual([]);
      expect(await keysOf('many/')).toEqual(['many/3']);
    });
  });

  describe('uploads of several parts', () => {
    it('become an object of all parts in order, read across their seams', async () => {
      const source = async function* () {
        for (let index = 0; index < 12; index += 1) {
          yield Buffer.alloc(MIB, index);
          await Promise.resolve();
        }
      };
      const upload = new Upload({
        client: clientOf(),
        partSize: 5 * MIB,
        params: { Bucket, Key: 'parts/x', Body: Readable.from(source()), ContentType: 'text/csv' },
      });
      expect((await upload.done()).ETag).toMatch(/^"[0-9a-f]{32}-3"$/);
      const { Body, ContentLength, ContentType } = await clientOf().send(
        new GetObjectCommand({ Bucket, Key: 'parts/x' }),
      );
      expect({ ContentLength, ContentType }).toEqual({
        ContentLength: 12 * MIB,
        ContentType: 'text/csv',
      });
      const bytes = Buffer.from((await Body?.transformToByteArray()) ?? []);
      const expected = Buffer.concat(Array.from({ length: 12 }, (_, i) => Buffer.alloc(MIB, i)));
      expect(bytes.equals(expected)).toBe(true);
      const seam = await clientOf().send(
        new GetObjectCommand({
          Bucket,
          Key: 'parts/x',
          Range: `bytes=${5 * MIB - 2}-${5 * MIB + 1}`,
        }),
      );
      expect([...((await seam.Body?.transformToByteArray()) ?? [])]).toEqual([4, 4, 5, 5]);
      expect(await uploadsOf('parts/')).toEqual([]);
    });

    it('are listed by prefix until they are completed or aborted', async () => {
      const first = await start('sweep/1/a.csv');
      const second = await start('sweep/1/b.csv');
      await start('sweep/2/a.csv');
      await clientOf().send(
        new UploadPartCommand({ ...first, PartNumber: 1, Body: 'left behind' }),
      );
      expect(await uploadsOf('sweep/1/')).toEqual([
        { Key: first.Key, UploadId: first.UploadId },
        { Key: second.Key, UploadId: second.UploadId },
      ]);
      const { Parts } = await clientOf().send(new ListPartsCommand(first));
      expect(Parts?.map(({ PartNumber, Size }) => ({ PartNumber, Size }))).toEqual([
        { PartNumber: 1, Size: 11 },
      ]);
      await clientOf().send(new AbortMultipartUploadCommand(first));
      expect(await uploadsOf('sweep/1/')).toEqual([{ Key: second.Key, UploadId: second.UploadId }]);
      expect(await keysOf('sweep/')).toEqual([]);
    });

    it('are not completed with a part that is missing or too small', async () => {
      const upload = await start('small/x');
      const parts = [];
      for (const PartNumber of [1, 2]) {
        const sent = { ...upload, PartNumber, Body: `part ${PartNumber}` };
        const { ETag } = await clientOf().send(new UploadPartCommand(sent));
        parts.push({ PartNumber, ETag });
      }
      const complete = (Parts: object[]) =>
        clientOf().send(
          new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts } }),
        );
      await expect(complete(parts)).rejects.toMatchObject({ name: 'EntityTooSmall' });
      const missing = [{ PartNumber: 3, ETag: '"0"' }];
      await expect(complete(missing)).rejects.toMatchObject({ name: 'InvalidPart' });
      expect(await keysOf('small/')).toEqual([]);
      await complete(parts.slice(1));
      expect(await textOf('small/x')).toBe('part 2');
    });
  });

  describe('presigned URLs', () => {
    it('read an object for whoever has them', async () => {
      await put('presigned/x', 'a,b', { ContentType: 'text/csv' });
      const get = new GetObjectCommand({ Bucket, Key: 'presigned/x' });
      const url = await getSignedUrl(clientOf(), get, { expiresIn: 60 });
      expect(new URL(url).searchParams.get('X-Amz-Expires')).toBe('60');
      const answer = await fetch(url);
      expect({ status: answer.status, text: await answer.text() }).toEqual({
        status: 200,
        text: 'a,b',
      });
      expect(answer.headers.get('Content-Type')).toBe('text/csv');
    });
  });
}
