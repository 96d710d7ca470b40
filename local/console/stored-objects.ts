import { basename } from 'node:path/posix';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { GetObjectCommand, NoSuchKey, paginateListObjectsV2 } from '@aws-sdk/client-s3';
import type { S3Client } from '@aws-sdk/client-s3';
import type { RequestHandler } from 'express';

export interface ObjectSource {
  s3: S3Client;
  bucket: string;
}

export interface StoredObject {
  key: string;
  sizeBytes: number;
  /** ISO instant. */
  modified: string;
}

/** The newest objects of the bucket, at most `limit`. */
export async function newestObjects(
  { s3, bucket }: ObjectSource,
  limit: number,
): Promise<StoredObject[]> {
  const objects: StoredObject[] = [];
  for await (const page of paginateListObjectsV2({ client: s3 }, { Bucket: bucket })) {
    for (const { Key = '', Size = 0, LastModified } of page.Contents ?? []) {
      objects.push({ key: Key, sizeBytes: Size, modified: LastModified?.toISOString() ?? '' });
    }
  }
  return objects.sort((a, b) => b.modified.localeCompare(a.modified)).slice(0, limit);
}

/** Answers `/object?key=…` with an object's bytes, as a file to keep: what it holds is not shown on this origin. */
export function storedObject({ s3, bucket }: ObjectSource): RequestHandler {
  return async (request, response) => {
    const key = typeof request.query.key === 'string' ? request.query.key : '';
    const object = await getObject(s3, bucket, key);
    if (object === undefined) {
      response.sendStatus(404);
      return;
    }
    response.attachment(basename(key));
    // Express would add a charset that nobody has said.
    response.setHeader('Content-Type', object.ContentType ?? 'application/octet-stream');
    response.setHeader('Content-Length', object.ContentLength ?? 0);
    if (object.Body instanceof Readable) await pipeline(object.Body, response);
  };
}

async function getObject(s3: S3Client, Bucket: string, Key: string) {
  if (Key === '') return undefined;
  try {
    return await s3.send(new GetObjectCommand({ Bucket, Key }));
  } catch (error) {
    if (error instanceof NoSuchKey) return undefined;
    throw error;
  }
}
