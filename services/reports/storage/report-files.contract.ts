import { Readable } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  CreateMultipartUploadCommand,
  HeadObjectCommand,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { standIn } from '@ordercast/platform/stand-in.ts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startFaultyS3 } from '../testing/faulty-s3.ts';
import type { FaultyS3 } from '../testing/faulty-s3.ts';
import { BUCKET, storedBytes, storedObjects } from '../testing/stored-objects.ts';
import { createReportFiles } from './report-files.ts';
import type { ReportFiles } from './report-files.ts';
import { BucketMissing, StorageRefused, StorageUnavailable } from './storage-fault.ts';

const MIB = 1024 * 1024;
const never = new AbortController().signal;

/** Bytes that are different in each place, a MiB at a time. */
async function* mebibytes(count: number, onTaken: (index: number) => unknown = () => undefined) {
  for (let index = 0; index < count; index += 1) {
    await onTaken(index);
    yield Buffer.alloc(MIB, index + 1);
  }
}

interface S3Server {
  endpoint: string;
  /** Signs URLs that it takes. */
  client: S3Client;
  close: () => Promise<void>;
}

/** What must hold over any S3. Each test has keys of its own. */
export function reportFilesContract(startS3: () => Promise<S3Server>) {
  let server: S3Server;
  let s3: FaultyS3;
  let client: S3Client;
  let files: ReportFiles;
  beforeAll(async () => {
    server = await startS3();
    s3 = await startFaultyS3(server.endpoint);
    client = new S3Client({ ...standIn(s3.endpoint), forcePathStyle: true, maxAttempts: 1 });
    files = createReportFiles({ client, presigner: server.client, bucket: BUCKET });
  });
  beforeEach(() => s3.setFault(() => 'pass'));
  afterAll(async () => {
    client.destroy();
    await s3.close();
    await server.close();
  });

  describe('files of reports', () => {
    it('are written whole, small ones and those of several parts', async () => {
      const small = 'reports/small/1/daily-2026-11-21.csv';
      const text = Buffer.from('a,b\r\n1,2\r\n');
      const body = (async function* () {
        await Promise.resolve();
        yield text;
      })();
      expect(await files.upload(small, 'text/csv; charset=utf-8', body, never)).toBe(10);
      expect(await storedBytes(client, small)).toEqual(text);
      const head = await client.send(new HeadObjectCommand({ Bucket: BUCKET, Key: small }));
      expect(head).toMatchObject({
        ContentType: 'text/csv; charset=utf-8',
        ContentDisposition: 'attachment; filename="daily-2026-11-21.csv"',
      });

      const big = 'reports/big/1/export.csv';
      expect(await files.upload(big, 'text/csv', mebibytes(20), never)).toBe(20 * MIB);
      const expected = Buffer.concat(
        Array.from({ length: 20 }, (_none, i) => Buffer.alloc(MIB, i + 1)),
      );
      expect((await storedBytes(client, big)).equals(expected)).toBe(true);
      expect((await storedObjects(client, 'reports/big/')).uploads).toEqual([]);
    });

    it('are taken no further than a few parts ahead of what S3 has', async () => {
      const held = Promise.withResolvers<'pass'>();
      const twoHeld = Promise.withResolvers<undefined>();
      let heldParts = 0;
      s3.setFault(({ operation }) => {
        if (operation !== 'UploadPart') return 'pass';
        heldParts += 1;
        if (heldParts === 2) twoHeld.resolve(undefined);
        return held.promise;
      });
      let taken = 0;
      const body = mebibytes(64, () => (taken += 1));
      const uploaded = files.upload('reports/flat/1/x.csv', 'text/csv', body, never);
      await twoHeld.promise;
      for (let turn = 0; turn < 1_000; turn += 1) await nextTurn();
      // Two parts of 8 MiB are under way, a third may be gathered, and streams take some chunks ahead.
      expect(taken).toBeLessThanOrEqual(3 * 8 + 20);
      expect(heldParts).toBe(2);
      held.resolve('pass');
      expect(await uploaded).toBe(64 * MIB);
    });

    it('leave no part behind where the one who writes gives up', async () => {
      const stop = new AbortController();
      const reached = Promise.withResolvers<undefined>();
      const body = mebibytes(40, (index) => {
        if (index < 20) return undefined;
        reached.resolve(undefined);
        return new Promise(() => undefined);
      });
      const uploaded = files.upload('reports/gone/1/x.csv', 'text/csv', body, stop.signal);
      await reached.promise;
      expect((await storedObjects(client, 'reports/gone/')).uploads).toHaveLength(1);
      const reason = new Error('given up');
      stop.abort(reason);
      await expect(uploaded).rejects.toBe(reason);
      expect(await storedObjects(client, 'reports/gone/')).toEqual({ objects: [], uploads: [] });
    });

    it('leave no part behind where what is written fails, and say so', async () => {
      const failure = new Error('the database is away');
      const body = mebibytes(40, (index) => {
        if (index === 20) throw failure;
      });
      const uploaded = files.upload('reports/failed/1/x.csv', 'text/csv', body, never);
      await expect(uploaded).rejects.toBe(failure);
      expect(await storedObjects(client, 'reports/failed/')).toEqual({ objects: [], uploads: [] });
    });

    it('are swept with uploads that were left, but for those to keep and for other runs', async () => {
      const put = (Key: string) =>
        client.send(new PutObjectCommand({ Bucket: BUCKET, Key, Body: 'x' }));
      for (const key of ['run/1/a.csv', 'run/2/a.csv', 'run/2/a.pdf', 'run2/1/a.csv']) {
        await put(`reports/${key}`);
      }
      for (const key of ['run/1/b.csv', 'run/2/b.csv', 'run2/1/b.csv']) {
        const Key = `reports/${key}`;
        const { UploadId } = await client.send(
          new CreateMultipartUploadCommand({ Bucket: BUCKET, Key }),
        );
        await client.send(
          new UploadPartCommand({ Bucket: BUCKET, Key, UploadId, PartNumber: 1, Body: 'x' }),
        );
      }
      await files.sweep('run', ['reports/run/2/a.csv', 'reports/run/2/a.pdf']);
      expect(await storedObjects(client, 'reports/run')).toEqual({
        objects: ['reports/run/2/a.csv', 'reports/run/2/a.pdf', 'reports/run2/1/a.csv'],
        uploads: ['reports/run2/1/b.csv'],
      });
    });

    it('are swept page by page', async () => {
      for (let index = 0; index < 5; index += 1) {
        const object = { Bucket: BUCKET, Key: `reports/many/1/${index}` };
        await client.send(new CreateMultipartUploadCommand(object));
        await client.send(new PutObjectCommand({ ...object, Body: 'x' }));
      }
      s3.setPageSize(2);
      await files.sweep('many', ['reports/many/1/3']);
      s3.setPageSize(1_000);
      const left = { objects: ['reports/many/1/3'], uploads: [] };
      expect(await storedObjects(client, 'reports/many/')).toEqual(left);
    });

    it('can be had by anybody with a URL, under a name, for some minutes', async () => {
      const key = 'reports/signed/1/daily.csv';
      await client.send(new PutObjectCommand({ Bucket: BUCKET, Key: key, Body: 'a,b' }));
      const url = await files.presign(key, { fileName: 'orders.csv', expiresSeconds: 300 });
      const { origin, searchParams } = new URL(url);
      expect(origin).toBe(server.endpoint);
      expect(searchParams.get('X-Amz-Expires')).toBe('300');
      const disposition = searchParams.get('response-content-disposition');
      expect(disposition).toBe('attachment; filename="orders.csv"');
      expect(await (await fetch(url)).text()).toBe('a,b');
      const named = files.presign(key, { fileName: 'a"; b', expiresSeconds: 300 });
      await expect(named).rejects.toThrow(RangeError);
    });

    it('are there or not', async () => {
      await client.send(new PutObjectCommand({ Bucket: BUCKET, Key: 'reports/there', Body: 'x' }));
      expect(await files.exists('reports/there')).toBe(true);
      expect(await files.exists('reports/nowhere')).toBe(false);
    });
  });

  describe('a storage that fails', () => {
    it.each([
      ['is away', StorageUnavailable, 'lost'],
      ['cannot serve', StorageUnavailable, { status: 503, code: 'SlowDown' }],
      ['lost its uploads', StorageUnavailable, { status: 404, code: 'NoSuchUpload' }],
      ['refuses', StorageRefused, { status: 403, code: 'AccessDenied' }],
    ] as const)('is known where it %s', async (_how, Fault, fate) => {
      s3.setFault(() => fate);
      const upload = files.upload('reports/fault/1/x', 'text/csv', mebibytes(12), never);
      await expect(upload).rejects.toThrow(Fault);
      await expect(files.sweep('fault', [])).rejects.toThrow(Fault);
    });

    it('is known by what it said of a part, while others are under way', async () => {
      s3.setFault(({ operation }) =>
        operation === 'UploadPart' ? { status: 403, code: 'AccessDenied' } : 'pass',
      );
      const upload = files.upload('reports/part/1/x', 'text/csv', mebibytes(40), never);
      await expect(upload).rejects.toThrow(StorageRefused);
      expect((await storedObjects(client, 'reports/part/')).uploads).toEqual([]);
    });

    it('is known where its bucket is missing', async () => {
      const elsewhere = createReportFiles({ client, bucket: 'nowhere' });
      const body = Readable.from([Buffer.from('a,b')]);
      const upload = elsewhere.upload('reports/x', 'text/csv', body, never);
      await expect(upload).rejects.toThrow(BucketMissing);
      await expect(elsewhere.sweep('x', [])).rejects.toThrow(BucketMissing);
    });

    it('is known from the failure of one object among those deleted', async () => {
      await client.send(
        new PutObjectCommand({ Bucket: BUCKET, Key: 'reports/one/1/x', Body: 'x' }),
      );
      const body = '<Error><Key>reports/one/1/x</Key><Code>AccessDenied</Code></Error>';
      s3.setFault(({ operation }) =>
        operation === 'DeleteObjects' ? { status: 200, code: 'None', body } : 'pass',
      );
      await expect(files.sweep('one', [])).rejects.toThrow(StorageRefused);
    });
  });
}
