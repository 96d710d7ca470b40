import { randomBytes, randomInt } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { S3Client } from '@aws-sdk/client-s3';
import { startLoopbackServer } from '@ordercast/platform/loopback-server.ts';
import { standIn } from '@ordercast/platform/stand-in.ts';
import { createUlidSource } from '@ordercast/platform/ulid.ts';
import { ObjectStore } from './object-store.ts';
import type { Credentials } from './presigned-url.ts';
import { createS3Handler } from './s3-handler.ts';

export interface S3Options {
  /** Where objects and uploads are kept; undefined keeps nothing after the end. */
  folder?: string | undefined;
  /** Made at the start. */
  bucket: string;
  /** Epoch ms; the machine's if left out. */
  clock?: () => number;
  /** Told what was answered with 500, such as a full disk. */
  onFault?: (error: unknown) => void;
}

export interface LocalS3 {
  /** For programs of this machine, which sign with any credentials in their headers. */
  endpoint: string;
  /** A client of the AWS SDK that talks to it. */
  client: S3Client;
  /** What a URL must be presigned with; the secret is new at each start, so nobody else makes one. */
  credentials: Credentials;
  /**
   * Answers a presigned GET or HEAD, and nothing else, that came to another server at a path such as `/s3`. The URL must have been presigned for that
   * server's address and that path: an endpoint of `http://localhost:8080/s3`.
   */
  handlePresigned: (
    request: IncomingMessage,
    response: ServerResponse,
    mountedAt: string,
  ) => Promise<void>;
  close(): Promise<void>;
}

/**
 * S3 on a free loopback port, in path style: what reports need of it, and `NotImplemented` for the rest. Bodies stream; an answered write
 * is kept when the process is killed. See docs/adr/0021-own-s3-and-ses-stand-ins.md.
 */
export async function startS3(options: S3Options): Promise<LocalS3> {
  const { clock = Date.now, onFault = () => undefined } = options;
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), 'ordercast-s3-'));
  const store = new ObjectStore(folder);
  const credentials = { accessKeyId: 'local', secretAccessKey: randomBytes(20).toString('hex') };
  const random = () => randomInt(2 ** 32) / 2 ** 32;
  const handle = createS3Handler({
    store,
    clock,
    newUploadId: createUlidSource({ clock, random }).next,
    credentials,
    onFault,
  });
  store.index.createBucket(options.bucket);
  const server = await startLoopbackServer((request, response) => {
    void handle(request, response, { mountedAt: '', presignedOnly: false });
  });
  const { endpoint } = server;
  const client = new S3Client({ ...standIn(endpoint), credentials, forcePathStyle: true });
  return {
    endpoint,
    client,
    credentials,
    handlePresigned: (request, response, mountedAt) =>
      handle(request, response, { mountedAt, presignedOnly: true }),
    close: async () => {
      client.destroy();
      await server.close();
      store.close();
      if (options.folder === undefined) rmSync(folder, { recursive: true, force: true });
    },
  };
}
