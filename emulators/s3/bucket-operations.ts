import { readText } from './received-body.ts';
import { limitOf } from './s3-call.ts';
import type { S3Operation } from './s3-call.ts';
import { S3Error } from './s3-error.ts';
import { childText, readXml, xml } from './xml.ts';

const NAME = /^(?!.*\.\.)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;
/** Of keys in one answer or one deletion. */
const MOST = 1_000;

export const createBucket: S3Operation = ({ store }, { bucket }) => {
  if (!NAME.test(bucket)) throw new S3Error('InvalidBucketName');
  store.index.createBucket(bucket);
  return { headers: { Location: `/${bucket}` } };
};

export const headBucket: S3Operation = () => ({ headers: { 'x-amz-bucket-region': 'us-east-1' } });

export const listObjects: S3Operation = ({ store }, { bucket, query }) => {
  const prefix = query.get('prefix') ?? '';
  const limit = limitOf(query, 'max-keys', MOST);
  const token = query.get('continuation-token') ?? undefined;
  const after = token === undefined ? (query.get('start-after') ?? '') : fromToken(token);
  // One more tells whether there is more.
  const found = store.index.objects(bucket, prefix, after, limit + 1);
  const shown = found.slice(0, limit);
  const last = shown.at(-1);
  const isTruncated = limit > 0 && found.length > limit;
  return {
    body: xml({
      ListBucketResult: {
        Name: bucket,
        Prefix: prefix,
        MaxKeys: limit,
        KeyCount: shown.length,
        IsTruncated: isTruncated,
        ContinuationToken: token,
        NextContinuationToken: isTruncated && last ? toToken(last.key) : undefined,
        Contents: shown.map(({ key, sizeBytes, etag, modifiedAt }) => ({
          Key: key,
          LastModified: new Date(modifiedAt).toISOString(),
          ETag: etag,
          Size: sizeBytes,
          StorageClass: 'STANDARD',
        })),
      },
    }),
  };
};

const toToken = (key: string): string => Buffer.from(key).toString('base64');
const fromToken = (token: string): string => Buffer.from(token, 'base64').toString();

export const deleteObjects: S3Operation = async ({ store }, { bucket, request }) => {
  const children = readXml(await readText(request), 'Delete');
  const keys = children
    ?.filter(({ name }) => name === 'Object')
    .map((object) => childText(object, 'Key') ?? '');
  if (!keys || keys.length === 0 || keys.length > MOST || keys.includes('')) {
    throw new S3Error('MalformedXML');
  }
  for (const key of keys) store.deleteObject(bucket, key);
  const isQuiet = children?.some(({ name, text }) => name === 'Quiet' && text === 'true');
  return { body: xml({ DeleteResult: { Deleted: isQuiet ? [] : keys.map((Key) => ({ Key })) } }) };
};
