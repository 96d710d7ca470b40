import {
  AbortMultipartUploadCommand,
  DeleteObjectsCommand,
  ListMultipartUploadsCommand,
  paginateListObjectsV2,
} from '@aws-sdk/client-s3';
import type { S3Client } from '@aws-sdk/client-s3';

/**
 * Ends every upload and deletes every object below a prefix, but for the objects at `keep`. Uploads go first: one that is completed
 * meanwhile is an object when those are listed.
 */
export async function sweepPrefix(
  client: S3Client,
  { bucket: Bucket, prefix: Prefix, keep }: SweptPrefix,
): Promise<void> {
  await abortUploads(client, Bucket, Prefix);
  const kept = new Set(keep);
  for await (const { Contents = [] } of paginateListObjectsV2({ client }, { Bucket, Prefix })) {
    const keys = Contents.flatMap(({ Key }) => (Key === undefined || kept.has(Key) ? [] : [Key]));
    await deleteObjects(client, Bucket, keys);
  }
}

interface SweptPrefix {
  bucket: string;
  prefix: string;
  keep: readonly string[];
}

async function deleteObjects(
  client: S3Client,
  Bucket: string,
  keys: readonly string[],
): Promise<void> {
  if (keys.length === 0) return;
  const Objects = keys.map((Key) => ({ Key }));
  const { Errors: [error] = [] } = await client.send(
    new DeleteObjectsCommand({ Bucket, Delete: { Objects, Quiet: true } }),
  );
  if (error === undefined) return;
  const { Code: name = 'UnknownError', Key = '', Message = '' } = error;
  // The answer as a whole was a success; what one object's failure means is told by its name alone.
  const httpStatusCode = name === 'AccessDenied' ? 403 : 500;
  throw Object.assign(new Error(`S3 did not delete ${Key}: ${Message}`), {
    name,
    $metadata: { httpStatusCode },
  });
}

async function abortUploads(client: S3Client, Bucket: string, Prefix: string): Promise<void> {
  for (let markers = {}; ;) {
    const page = await client.send(new ListMultipartUploadsCommand({ Bucket, Prefix, ...markers }));
    for (const { Key, UploadId } of page.Uploads ?? []) {
      try {
        await client.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId }));
      } catch (error) {
        // It came to its end meanwhile, one way or another.
        if (!(error instanceof Error) || error.name !== 'NoSuchUpload') throw error;
      }
    }
    if (page.IsTruncated !== true) return;
    markers = { KeyMarker: page.NextKeyMarker, UploadIdMarker: page.NextUploadIdMarker };
  }
}
