import { DeleteObjectsCommand, ListObjectVersionsCommand, NoSuchBucket } from '@aws-sdk/client-s3';
import type { S3Client } from '@aws-sdk/client-s3';

/** Deletes every object and every version of a bucket; one that is gone is empty. CloudFormation deletes no full bucket. */
export async function emptyBucket(s3: S3Client, bucket: string): Promise<void> {
  for (;;) {
    const objects = await someVersions(s3, bucket);
    if (objects.length === 0) return;
    const { Errors = [] } = await s3.send(
      new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects: objects, Quiet: true } }),
    );
    const [first] = Errors;
    if (first !== undefined) throw new Error(`${bucket}/${first.Key} stays: ${first.Message}`);
  }
}

async function someVersions(s3: S3Client, bucket: string) {
  try {
    const command = new ListObjectVersionsCommand({ Bucket: bucket });
    const { Versions = [], DeleteMarkers = [] } = await s3.send(command);
    return [...Versions, ...DeleteMarkers].map(({ Key, VersionId }) => ({ Key, VersionId }));
  } catch (error) {
    if (error instanceof NoSuchBucket) return [];
    throw error;
  }
}
