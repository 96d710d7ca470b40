import { S3Client } from '@aws-sdk/client-s3';
import { standIn } from '@ordercast/platform/stand-in.ts';

/**
 * Tries of a request, a part's too, with the SDK's growing pauses: about a second and a half in all. Whoever needs more
 * patience begins anew.
 */
const TRIES = 4;
const CONNECTION_MS = 5_000;
/** Of one try: a part of 8 MiB takes a second at a tenth of what a small task's network does. */
const REQUEST_MS = 30_000;

/** A client of S3; `endpoint` names a stand-in on this machine. */
export function createS3Client({
  region,
  endpoint,
}: {
  region: string;
  endpoint: string | undefined;
}): S3Client {
  if (endpoint !== undefined) return new S3Client({ ...standIn(endpoint), forcePathStyle: true });
  return new S3Client({
    region,
    maxAttempts: TRIES,
    retryMode: 'standard',
    requestHandler: {
      connectionTimeout: CONNECTION_MS,
      requestTimeout: REQUEST_MS,
      throwOnRequestTimeout: true,
    },
  });
}
