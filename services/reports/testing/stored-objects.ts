import {
  GetObjectCommand,
  ListMultipartUploadsCommand,
  paginateListObjectsV2,
} from '@aws-sdk/client-s3';
import type { S3Client } from '@aws-sdk/client-s3';

export const BUCKET = 'reports';

/** What a bucket holds below a prefix: the keys of its objects, and of uploads that nobody ended. */
export async function storedObjects(client: S3Client, Prefix = '') {
  const objects: string[] = [];
  for await (const { Contents = [] } of paginateListObjectsV2(
    { client },
    { Bucket: BUCKET, Prefix },
  )) {
    objects.push(...Contents.map(({ Key = '' }) => Key));
  }
  const { Uploads = [] } = await client.send(
    new ListMultipartUploadsCommand({ Bucket: BUCKET, Prefix }),
  );
  return { objects, uploads: Uploads.map(({ Key = '' }) => Key) };
}

export async function storedBytes(client: S3Client, Key: string): Promise<Buffer> {
  const { Body } = await client.send(new GetObjectCommand({ Bucket: BUCKET, Key }));
  return Buffer.from((await Body?.transformToByteArray()) ?? []);
}
