import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  ListPartsCommand,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { standIn } from '@ordercast/platform/stand-in.ts';
import { startChild } from '@ordercast/platform/testing/child-process.ts';
import { seededRandom } from '@ordercast/platform/testing/seeded-random.ts';
import { expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { startS3 } from './start-s3.ts';

const Bucket = 'reports';
const MIB = 1024 * 1024;
const SERVER = fileURLToPath(new URL('testing/serve-s3.ts', import.meta.url));

function testFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'ordercast-s3-spec-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

/** S3 in a process of its own. */
async function serve(folder: string) {
  const child = startChild(SERVER, {}, [folder]);
  const { endpoint } = z
    .object({ endpoint: z.string() })
    .parse(JSON.parse(await child.lineWith('endpoint')));
  const client = new S3Client({ ...standIn(endpoint), forcePathStyle: true, maxAttempts: 1 });
  onTestFinished(async () => {
    client.destroy();
    child.kill('SIGKILL');
    await child.ended;
  });
  return { child, endpoint, client };
}

/** Starts it anew, in this process, as one that finds what another left. */
async function startAgain(folder: string): Promise<S3Client> {
  const s3 = await startS3({ folder, bucket: Bucket });
  onTestFinished(() => s3.close());
  return s3.client;
}

const filesOf = (folder: string) => readdirSync(join(folder, 'files'));

async function textOf(client: S3Client, Key: string): Promise<string | undefined> {
  const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }));
  return Body?.transformToString();
}

it('an upload goes on after kill -9 in the midst of a part, of which nothing is left', async () => {
  const folder = testFolder();
  const { child, endpoint, client } = await serve(folder);
  await client.send(new PutObjectCommand({ Bucket, Key: 'kept', Body: 'kept' }));
  const upload = { Bucket, Key: 'big' };
  const { UploadId } = await client.send(
    new CreateMultipartUploadCommand({ ...upload, ContentType: 'text/csv' }),
  );
  const part = { ...upload, UploadId };
  const first = Buffer.alloc(5 * MIB, 'a');
  const one = await client.send(new UploadPartCommand({ ...part, PartNumber: 1, Body: first }));
  const half = httpRequest(new URL(endpoint), {
    path: `/${Bucket}/big?partNumber=2&uploadId=${UploadId ?? ''}`,
    method: 'PUT',
    headers: { Authorization: 'AWS4-HMAC-SHA256 anybody', 'Content-Length': 8 * MIB },
  });
  const broken = once(half, 'error');
  half.write(Buffer.alloc(4 * MIB, 'b'));
  const sizes = () => filesOf(folder).map((file) => statSync(join(folder, 'files', file)).size);
  await expect.poll(() => sizes().filter((size) => size > 4).length).toBe(2);
  child.kill('SIGKILL');
  await Promise.all([child.ended, broken]);
  expect(filesOf(folder)).toHaveLength(3);

  const again = await startAgain(folder);
  expect(filesOf(folder)).toHaveLength(2);
  expect(await textOf(again, 'kept')).toBe('kept');
  const { Uploads } = await again.send(new ListMultipartUploadsCommand({ Bucket }));
  expect(Uploads).toMatchObject([{ Key: 'big', UploadId }]);
  const { Parts } = await again.send(new ListPartsCommand(part));
  expect(Parts).toMatchObject([{ PartNumber: 1, ETag: one.ETag, Size: 5 * MIB }]);
  const two = await again.send(new UploadPartCommand({ ...part, PartNumber: 2, Body: 'end' }));
  await again.send(
    new CompleteMultipartUploadCommand({
      ...part,
      MultipartUpload: {
        Parts: [one, two].map(({ ETag }, index) => ({ PartNumber: index + 1, ETag })),
      },
    }),
  );
  expect(await textOf(again, 'big')).toBe(`${first.toString()}end`);
  const head = await again.send(new HeadObjectCommand({ Bucket, Key: 'big' }));
  expect(head.ContentType).toBe('text/csv');
});

it('whatever was answered for is there after kill -9, and what is there is whole', async () => {
  const random = seededRandom(16);
  const bodyOf = (name: string) => name.repeat(20_000);
  const folder = testFolder();
  const answered = new Set<string>();
  for (let round = 0; round < 4; round += 1) {
    const { child, client } = await serve(folder);
    const killAt = answered.size + 1 + Math.floor(random() * 12);
    const write = async (writer: number): Promise<void> => {
      for (let count = 0; ; count += 1) {
        const name = `${round}-${writer}-${count}`;
        // Half of them again and again, so that objects are replaced while the process dies.
        const Key = count % 2 === 0 ? name : `shared-${writer}`;
        await client.send(new PutObjectCommand({ Bucket, Key, Body: bodyOf(name) }));
        if (Key === name) answered.add(name);
        if (answered.size >= killAt) child.kill('SIGKILL');
      }
    };
    await Promise.allSettled([1, 2, 3].map((writer) => write(writer)));
    await child.ended;
  }
  const client = await startAgain(folder);
  const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket }));
  const keys = Contents.map(({ Key = '' }) => Key);
  expect(keys).toEqual(expect.arrayContaining([...answered]));
  for (const key of keys) {
    const text = (await textOf(client, key)) ?? '';
    expect(text).toBe(bodyOf(text.slice(0, text.length / 20_000)));
  }
  expect(filesOf(folder)).toHaveLength(keys.length);
});

it('an upload of 300 MB passes in little memory, and so does its download', async () => {
  const peakOf = async (megabytes: number): Promise<number> => {
    const { child, client } = await serve(testFolder());
    const source = async function* () {
      for (let sent = 0; sent < megabytes; sent += 1) {
        yield Buffer.alloc(MIB, sent);
        await Promise.resolve();
      }
    };
    const params = { Bucket, Key: 'big', Body: Readable.from(source()) };
    await new Upload({ client, partSize: 8 * MIB, queueSize: 4, params }).done();
    const { Body } = await client.send(new GetObjectCommand({ Bucket, Key: 'big' }));
    let size = 0;
    if (Body instanceof Readable) {
      for await (const chunk of Body) size += z.instanceof(Uint8Array).parse(chunk).length;
    }
    expect(size).toBe(megabytes * MIB);
    child.kill('SIGTERM');
    const line = await child.lineWith('maxRssBytes');
    return z.object({ maxRssBytes: z.number() }).parse(JSON.parse(line)).maxRssBytes;
  };
  const [small, large] = [await peakOf(30), await peakOf(300)];
  // Far less than the 270 MB more that came; what differs is when garbage was collected.
  expect(large - small).toBeLessThan(100 * MIB);
});
