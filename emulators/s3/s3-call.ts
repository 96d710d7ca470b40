import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { S3Error } from './s3-error.ts';
import type { ObjectStore } from './object-store.ts';

/** A request, read as far as its headers. */
export interface S3Call {
  method: string;
  bucket: string;
  /** Empty for a call of the bucket itself. */
  key: string;
  query: URLSearchParams;
  request: IncomingMessage;
}

export interface S3Answer {
  status?: number;
  headers?: Readonly<Record<string, string>>;
  body?: string | Readable;
}

export interface S3Context {
  store: ObjectStore;
  /** Epoch ms. */
  clock: () => number;
  newUploadId: () => string;
}

export type S3Operation = (context: S3Context, call: S3Call) => S3Answer | Promise<S3Answer>;

const MAX_KEY_BYTES = 1_024;

/** Reads a path-style target below where S3 is mounted: `/bucket` or `/bucket/key`. Throws `InvalidURI` and `KeyTooLongError`. */
export function readTarget(target: string): Pick<S3Call, 'bucket' | 'key' | 'query'> {
  const [path = '', ...query] = target.split('?');
  const [, bucket = '', rest = ''] = /^\/([^/]*)(?:\/(.*))?$/s.exec(path) ?? [];
  const key = decode(rest);
  if (Buffer.byteLength(key) > MAX_KEY_BYTES) throw new S3Error('KeyTooLongError');
  return { bucket: decode(bucket), key, query: new URLSearchParams(query.join('?')) };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new S3Error('InvalidURI');
  }
}

/** A whole number of the query from 0 to `most`, or `otherwise` where it is left out. Throws `InvalidArgument`. */
export function limitOf(query: URLSearchParams, name: string, most: number): number {
  const text = query.get(name) ?? String(most);
  if (!/^\d{1,9}$/.test(text))
    throw new S3Error('InvalidArgument', `${name} must be a whole number.`);
  return Math.min(Number(text), most);
}
