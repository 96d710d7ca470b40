import { ReadableStream } from 'node:stream/web';
import { GetObjectCommand, HeadObjectCommand, NotFound } from '@aws-sdk/client-s3';
import type { S3Client } from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { untilAborted } from '@ordercast/platform/until-aborted.ts';
import { fileNameOf, runPrefix } from './report-key.ts';
import { storageFault } from './storage-fault.ts';
import { sweepPrefix } from './sweep-prefix.ts';

/**
 * Where the files of reports are kept. What fails throws `StorageUnavailable`, which may pass, `StorageRefused` or `BucketMissing`,
 * which somebody must put right.
 */
export interface ReportFiles {
  /**
   * Writes an object and answers with its size in bytes. There is no object until all of it is there, and where `body` throws or `signal`
   * is aborted, which is thrown on, no part of it is left either.
   */
  upload: (
    key: string,
    contentType: string,
    body: AsyncIterable<Uint8Array>,
    signal: AbortSignal,
  ) => Promise<number>;
  /** Deletes what lies in a run's folder but for the objects at `keep`, and ends every upload that was left there. */
  sweep: (runId: string, keep: readonly string[]) => Promise<void>;
  /** The same for all below a prefix, such as that of one attempt. */
  discard: (prefix: string) => Promise<void>;
  /** A URL by which anybody may read the object, under a name that a browser saves it by, for so many seconds. */
  presign: (key: string, settings: { fileName: string; expiresSeconds: number }) => Promise<string>;
  exists: (key: string) => Promise<boolean>;
}

interface FilesSettings {
  client: S3Client;
  /** Signs URLs, where browsers reach the storage at another address than programs; `client` unless given. */
  presigner?: S3Client;
  bucket: string;
}

/** The least that S3 takes. Of 10,000 parts at most, so a file can have 50 GB. */
const PART_BYTES = 5 * 1024 * 1024;
/** Parts under way at once. Held are these, and one that is being gathered: some 25 MB in all, with its copy. */
const PARTS_AT_ONCE = 2;

/** Files in a bucket of S3, by the AWS SDK. A checksum (CRC32) of each part goes along and is compared by S3. */
export function createReportFiles({
  client,
  presigner = client,
  bucket: Bucket,
}: FilesSettings): ReportFiles {
  const upload: ReportFiles['upload'] = async (Key, ContentType, body, signal) => {
    signal.throwIfAborted();
    const source = new UploadedBody(body, signal);
    try {
      await new Upload({
        client,
        partSize: PART_BYTES,
        queueSize: PARTS_AT_ONCE,
        params: {
          Bucket,
          Key,
          // Its own signal would leave parts under way behind: a body that fails lets them come to their end and takes them back.
          // And not Node's stream, which a part that fails destroys with an error that hides the part's own.
          Body: ReadableStream.from(source.chunks()),
          ContentType,
          ContentDisposition: attachment(fileNameOf(Key)),
          ChecksumAlgorithm: 'CRC32',
        },
      }).done();
    } catch (error) {
      throw source.failure === undefined ? storageFault(error) : source.failure.error;
    } finally {
      source.end();
    }
    signal.throwIfAborted();
    return source.bytes;
  };

  const discard = async (prefix: string, keep: readonly string[] = []) => {
    await sweepPrefix(client, { bucket: Bucket, prefix, keep }).catch(rethrown);
  };

  return {
    upload,
    sweep: (runId, keep) => discard(runPrefix(runId), keep),
    discard: (prefix) => discard(prefix),
    presign: async (Key, { fileName, expiresSeconds }) => {
      const command = new GetObjectCommand({
        Bucket,
        Key,
        ResponseContentDisposition: attachment(fileName),
      });
      return getSignedUrl(presigner, command, { expiresIn: expiresSeconds }).catch(rethrown);
    },
    exists: async (Key) => {
      try {
        await client.send(new HeadObjectCommand({ Bucket, Key }));
        return true;
      } catch (error) {
        if (error instanceof NotFound) return false;
        throw storageFault(error);
      }
    },
  };
}

/** Counts what goes through, ends it when the signal is aborted, and remembers whether it was the body that failed. */
class UploadedBody {
  bytes = 0;
  failure: { error: unknown } | undefined;
  readonly #iterator: AsyncIterator<Uint8Array, unknown>;
  readonly #signal: AbortSignal;

  constructor(body: AsyncIterable<Uint8Array>, signal: AbortSignal) {
    this.#iterator = body[Symbol.asyncIterator]();
    this.#signal = signal;
  }

  async *chunks(): AsyncGenerator<Uint8Array> {
    for (;;) {
      const next = await this.#next();
      if (next.done === true) return;
      this.bytes += next.value.byteLength;
      yield next.value;
    }
  }

  async #next(): Promise<IteratorResult<Uint8Array, unknown>> {
    try {
      return await untilAborted(this.#iterator.next(), this.#signal);
    } catch (error) {
      this.failure = { error };
      throw error;
    }
  }

  /** Not waited for: it may hang at a slow query. */
  end(): void {
    this.#iterator.return?.().catch(() => undefined);
  }
}

function rethrown(error: unknown): never {
  throw storageFault(error);
}

/** Names of our files are plain. */
const FILE_NAME = /^[\w.-]{1,200}$/;

function attachment(fileName: string): string {
  if (!FILE_NAME.test(fileName)) throw new RangeError(`A file cannot be named ${fileName}`);
  return `attachment; filename="${fileName}"`;
}
