import { Duration } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IRole } from 'aws-cdk-lib/aws-iam';
import { BlockPublicAccess, Bucket, BucketEncryption, ObjectOwnership } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import type { StageSettings } from '../settings/stage-settings.ts';
import { dataRemoval } from './data-removal.ts';
import { asFound, explain } from './explain.ts';
import { logBucket } from './log-bucket.ts';

/** Below which files of reports lie: `reports/<run>/<attempt>/<file>`. */
const PREFIX = 'reports/';
const READS_KEPT = Duration.days(90);

/** What somebody may call for files, and for what they lie in. Without `ListBucket` S3 says of a file that is missing that it is forbidden. */
export interface FileCalls {
  objects: readonly ('GetObject' | 'PutObject' | 'DeleteObject' | 'AbortMultipartUpload')[];
  bucket?: readonly ('ListBucket' | 'ListBucketMultipartUploads')[];
}

/**
 * The files of reports. Encrypted with S3's own keys, as every other bucket is: with the stage's key whoever signs a URL would need a
 * right on what opens the secrets. Without versions: a report can be made anew, and what is gone shall be gone.
 */
export class ReportFiles extends Construct {
  readonly bucket: Bucket;

  constructor(scope: Construct, id: string, settings: StageSettings) {
    super(scope, id);
    this.bucket = new Bucket(this, 'Bucket', {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      lifecycleRules: [
        {
          id: 'reports',
          prefix: PREFIX,
          expiration: Duration.days(settings.reports.keepDays),
          abortIncompleteMultipartUploadAfter: Duration.days(1),
        },
      ],
      serverAccessLogsBucket: logBucket(this, 'Reads', {
        kept: READS_KEPT,
        objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
        removalPolicy: dataRemoval(settings),
      }),
      removalPolicy: dataRemoval(settings),
    });
  }

  /** The calls that a role makes, and no other. */
  grant(role: IRole, { objects, bucket = [] }: FileCalls): void {
    const files = this.bucket.arnForObjects(`${PREFIX}*`);
    role.addToPrincipalPolicy(
      new PolicyStatement({ actions: objects.map((call) => `s3:${call}`), resources: [files] }),
    );
    explain(
      role,
      `IAM5[Resource::${asFound(this, files)}]`,
      'each attempt of a run has a folder of its own',
    );
    if (bucket.length === 0) return;
    role.addToPrincipalPolicy(
      new PolicyStatement({
        actions: bucket.map((call) => `s3:${call}`),
        resources: [this.bucket.bucketArn],
      }),
    );
  }
}
