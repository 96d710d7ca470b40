import { z } from 'zod';

/** The storage of files does not answer, or cannot serve at the moment: the same may succeed later. */
export class StorageUnavailable extends Error {
  override name = 'StorageUnavailable';
}

/** The storage does not let this program do what it asked for: its rights or credentials are at fault. */
export class StorageRefused extends Error {
  override name = 'StorageRefused';
}

/** The bucket that files are kept in is not there. */
export class BucketMissing extends Error {
  override name = 'BucketMissing';
}

const answered = z.object({
  name: z.string(),
  $metadata: z.object({ httpStatusCode: z.number().optional() }).optional(),
});

/** Said of a request that was cut or altered on its way, or whose like had been carried out already. */
const WORTH_REPEATING = new Set([
  'RequestTimeout',
  'RequestTimeTooSkewed',
  'IncompleteBody',
  'BadDigest',
  'XAmzContentSHA256Mismatch',
  'NoSuchUpload',
]);
const CREDENTIALS = new Set(['CredentialsProviderError', 'ExpiredToken', 'InvalidToken']);

/**
 * What an error of the SDK's S3 client means to whoever keeps files; the error itself where that is none of these, such as a fault of
 * ours in what was asked.
 */
export function storageFault(cause: unknown): unknown {
  const read = answered.safeParse(cause);
  if (!read.success) return cause;
  const { name, $metadata } = read.data;
  const status = $metadata?.httpStatusCode;
  if (name === 'NoSuchBucket') {
    return new BucketMissing('The bucket of report files does not exist', { cause });
  }
  if (WORTH_REPEATING.has(name) || status === 429 || (status !== undefined && status >= 500)) {
    return new StorageUnavailable('S3 could not serve', { cause });
  }
  if (CREDENTIALS.has(name) || status === 401 || status === 403) {
    return new StorageRefused('S3 refused access', { cause });
  }
  // No answer at all: no connection, a broken one, or none in time.
  if (status === undefined) return new StorageUnavailable('S3 did not answer', { cause });
  return cause;
}
