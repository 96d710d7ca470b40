import type { IncomingHttpHeaders } from 'node:http';
import { byteRange } from './byte-range.ts';
import type { KeptHeaders, StoredObject } from './object-index.ts';
import { wholeObject } from './object-store.ts';
import type { ObjectStore } from './object-store.ts';
import { receiveBody } from './received-body.ts';
import type { S3Answer, S3Call, S3Context, S3Operation } from './s3-call.ts';
import { S3Error } from './s3-error.ts';

const KEPT = new Set([
  'cache-control',
  'content-disposition',
  'content-encoding',
  'content-language',
  'content-type',
  'expires',
]);

/** What S3 keeps of an upload's headers. */
export function keptHeaders(headers: IncomingHttpHeaders): KeptHeaders {
  const kept: Record<string, string> = { 'content-type': 'binary/octet-stream' };
  for (const [name, value] of Object.entries(headers)) {
    if (typeof value !== 'string') continue;
    const own = name === 'content-encoding' ? withoutAwsChunked(value) : value;
    if (own !== '' && (KEPT.has(name) || name.startsWith('x-amz-meta-'))) kept[name] = own;
  }
  return kept;
}

/** How the body was sent, not what it is. */
function withoutAwsChunked(encodings: string): string {
  const names = encodings.split(',').map((name) => name.trim());
  return names.filter((name) => name !== 'aws-chunked').join(', ');
}

/** `If-None-Match: *` asks not to replace an object. Throws `PreconditionFailed`. */
export function mayPut(
  store: ObjectStore,
  bucket: string,
  key: string,
  headers: IncomingHttpHeaders,
): void {
  const condition = headers['if-none-match'];
  if (condition === undefined) return;
  if (condition !== '*')
    throw new S3Error('NotImplemented', 'If-None-Match can only be * for a write.');
  if (store.index.object(bucket, key) !== undefined) throw new S3Error('PreconditionFailed');
}

export const putObject: S3Operation = async ({ store, clock }, { bucket, key, request }) => {
  const { headers } = request;
  if (headers['x-amz-copy-source'] !== undefined) throw new S3Error('NotImplemented');
  const { piece, checksum } = await receiveBody(store, request);
  try {
    mayPut(store, bucket, key, headers);
    const object = wholeObject(key, { headers: keptHeaders(headers), modifiedAt: clock() }, piece);
    store.putObject(bucket, object);
    return { headers: { ETag: object.etag, ...checksum } };
  } catch (error) {
    store.discard(piece);
    throw error;
  }
};

/** Of the query, each with the header that it answers with in place of the object's own. */
const OVERRIDES = new Map([
  ['response-cache-control', 'cache-control'],
  ['response-content-disposition', 'content-disposition'],
  ['response-content-encoding', 'content-encoding'],
  ['response-content-language', 'content-language'],
  ['response-content-type', 'content-type'],
  ['response-expires', 'expires'],
]);

export const OVERRIDE_PARAMETERS = [...OVERRIDES.keys()];

/** Answers HEAD too: whoever writes the answer leaves the body out. */
export function getObject(
  { store }: S3Context,
  { bucket, key, query, request, method }: S3Call,
): S3Answer {
  const object = store.index.object(bucket, key);
  if (object === undefined) throw new S3Error('NoSuchKey', undefined, { Key: key });
  const { headers } = request;
  const ifMatch = headers['if-match'];
  if (ifMatch !== undefined && ifMatch !== '*' && ifMatch !== object.etag) {
    throw new S3Error('PreconditionFailed');
  }
  if (headers['if-none-match'] === object.etag) {
    return { status: 304, headers: { ETag: object.etag } };
  }
  const { sizeBytes } = object;
  const range = byteRange(headers.range, sizeBytes);
  const { first, last } = range ?? { first: 0, last: sizeBytes - 1 };
  const answer = new Map(Object.entries({ ...headersOf(object), ...overrides(query) }));
  answer.set('Content-Length', String(last - first + 1));
  if (range !== undefined) answer.set('Content-Range', `bytes ${first}-${last}/${sizeBytes}`);
  return {
    status: range === undefined ? 200 : 206,
    headers: Object.fromEntries(answer),
    ...(method === 'GET' && { body: store.read(object, { first, last }) }),
  };
}

function headersOf({ headers, etag, modifiedAt }: StoredObject): Record<string, string> {
  return {
    ...headers,
    ETag: etag,
    'Last-Modified': new Date(modifiedAt).toUTCString(),
    'Accept-Ranges': 'bytes',
  };
}

function overrides(query: URLSearchParams): Record<string, string> {
  return Object.fromEntries(
    [...OVERRIDES].flatMap(([parameter, header]) => {
      const value = query.get(parameter);
      if (value === null) return [];
      // Node refuses to write such a header; S3, too, says that the argument is wrong.
      if (/[^\t\x20-\x7e\x80-\xff]/.test(value))
        throw new S3Error('InvalidArgument', `${parameter} is no header value.`);
      return [[header, value]];
    }),
  );
}

/** S3 says the same of an object that was not there. */
export const deleteObject: S3Operation = ({ store }, { bucket, key }) => {
  store.deleteObject(bucket, key);
  return { status: 204 };
};
