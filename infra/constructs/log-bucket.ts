import { Duration } from 'aws-cdk-lib';
import { BlockPublicAccess, Bucket, BucketEncryption } from 'aws-cdk-lib/aws-s3';
import type { BucketProps } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { explain } from './explain.ts';

/**
 * A closed bucket that a service of AWS writes its log into. `unread` says why nobody's reading of it is logged again, where it is not plain
 * that this would need another such bucket.
 */
export function logBucket(
  scope: Construct,
  id: string,
  {
    kept,
    unread,
    ...options
  }: Pick<BucketProps, 'objectOwnership' | 'removalPolicy'> & {
    kept: Duration;
    unread?: string;
  },
): Bucket {
  const bucket = new Bucket(scope, id, {
    ...options,
    blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
    // The only encryption that a load balancer can write with.
    encryption: BucketEncryption.S3_MANAGED,
    enforceSSL: true,
    lifecycleRules: [{ expiration: kept, abortIncompleteMultipartUploadAfter: Duration.days(1) }],
  });
  if (unread !== undefined) explain(bucket, 'S1', unread);
  return bucket;
}
