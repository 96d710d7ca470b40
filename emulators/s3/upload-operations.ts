import { createHash } from 'node:crypto';
import type { Part, StoredObject, Upload } from './object-index.ts';
import { keptHeaders, mayPut } from './object-operations.ts';
import { readText, receiveBody } from './received-body.ts';
import { limitOf } from './s3-call.ts';
import type { S3Call, S3Context, S3Operation } from './s3-call.ts';
import { S3Error } from './s3-error.ts';
import { childText, readXml, xml } from './xml.ts';

const MAX_PART_NUMBER = 10_000;
/** Of every part but the last, as S3 has it. */
const MIN_PART_BYTES = 5 * 1024 * 1024;
const MOST = 1_000;

export const createMultipartUpload: S3Operation = (
  { store, clock, newUploadId },
  { bucket, key, request },
) => {
  const uploadId = newUploadId();
  const headers = keptHeaders(request.headers);
  store.index.startUpload({ uploadId, bucket, key, initiatedAt: clock(), headers });
  return {
    body: xml({ InitiateMultipartUploadResult: { Bucket: bucket, Key: key, UploadId: uploadId } }),
  };
};

export const uploadPart: S3Operation = async (context, call) => {
  const { store, clock } = context;
  const { query, request } = call;
  if (request.headers['x-amz-copy-source'] !== undefined) throw new S3Error('NotImplemented');
  const number = Number(query.get('partNumber'));
  if (!Number.isInteger(number) || number < 1 || number > MAX_PART_NUMBER) {
    throw new S3Error(
      'InvalidArgument',
      `Part number must be an integer between 1 and ${MAX_PART_NUMBER}, inclusive`,
    );
  }
  uploadOf(context, call);
  const { piece, checksum } = await receiveBody(store, request);
  try {
    // It may have been aborted while the part came.
    const { uploadId } = uploadOf(context, call);
    store.putPart(uploadId, { ...piece, number, modifiedAt: clock() });
    return { headers: { ETag: `"${piece.md5}"`, ...checksum } };
  } catch (error) {
    store.discard(piece);
    throw error;
  }
};

export const completeMultipartUpload: S3Operation = async (context, call) => {
  const { store, clock } = context;
  const { bucket, key, request } = call;
  const named = readParts(await readText(request));
  const upload = uploadOf(context, call);
  const pieces = partsAsNamed(named, store.index.parts(upload.uploadId));
  mayPut(store, bucket, key, request.headers);
  const object: StoredObject = {
    key,
    sizeBytes: pieces.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    etag: etagOf(pieces),
    modifiedAt: clock(),
    headers: upload.headers,
    pieces,
  };
  store.completeUpload(upload, object);
  return {
    body: xml({
      CompleteMultipartUploadResult: {
        Location: `http://${request.headers.host ?? ''}/${bucket}/${key}`,
        Bucket: bucket,
        Key: key,
        ETag: object.etag,
      },
    }),
  };
};

interface NamedPart {
  number: number;
  md5: string;
}

function readParts(text: string): NamedPart[] {
  const parts = readXml(text, 'CompleteMultipartUpload')
    ?.filter(({ name }) => name === 'Part')
    .map((part) => ({
      number: Number(childText(part, 'PartNumber')),
      md5: (childText(part, 'ETag') ?? '').trim().replaceAll('"', ''),
    }));
  if (!parts || parts.length === 0) throw new S3Error('MalformedXML');
  return parts;
}

function partsAsNamed(named: readonly NamedPart[], parts: readonly Part[]): Part[] {
  const byNumber = new Map(parts.map((part) => [part.number, part]));
  return named.map(({ number, md5 }, index) => {
    if (number <= (named[index - 1]?.number ?? 0)) throw new S3Error('InvalidPartOrder');
    const part = byNumber.get(number);
    if (part?.md5 !== md5)
      throw new S3Error('InvalidPart', undefined, { PartNumber: String(number) });
    if (part.sizeBytes < MIN_PART_BYTES && index < named.length - 1) {
      throw new S3Error('EntityTooSmall', undefined, {
        ProposedSize: String(part.sizeBytes),
        MinSizeAllowed: String(MIN_PART_BYTES),
        PartNumber: String(number),
      });
    }
    return part;
  });
}

/** S3's own for an object of parts: the digest of their digests, and how many there are. */
function etagOf(pieces: readonly Part[]): string {
  const digests = pieces.map(({ md5 }) => Buffer.from(md5, 'hex'));
  return `"${createHash('md5').update(Buffer.concat(digests)).digest('hex')}-${pieces.length}"`;
}

export const abortMultipartUpload: S3Operation = (context, call) => {
  context.store.abortUpload(uploadOf(context, call).uploadId);
  return { status: 204 };
};

export const listParts: S3Operation = (context, call) => {
  const { bucket, key, query } = call;
  const { uploadId } = uploadOf(context, call);
  const limit = limitOf(query, 'max-parts', MOST);
  const after = limitOf(query, 'part-number-marker', MAX_PART_NUMBER);
  const marker = query.has('part-number-marker') ? after : 0;
  const found = context.store.index.parts(uploadId).filter(({ number }) => number > marker);
  const shown = found.slice(0, limit);
  return {
    body: xml({
      ListPartsResult: {
        Bucket: bucket,
        Key: key,
        UploadId: uploadId,
        PartNumberMarker: marker,
        NextPartNumberMarker: shown.at(-1)?.number,
        MaxParts: limit,
        IsTruncated: found.length > limit,
        Part: shown.map(({ number, md5, sizeBytes, modifiedAt }) => ({
          PartNumber: number,
          LastModified: new Date(modifiedAt).toISOString(),
          ETag: `"${md5}"`,
          Size: sizeBytes,
        })),
      },
    }),
  };
};

export const listMultipartUploads: S3Operation = ({ store }, { bucket, query }) => {
  const prefix = query.get('prefix') ?? '';
  const keyMarker = query.get('key-marker') ?? '';
  const uploadIdMarker = query.get('upload-id-marker') ?? '';
  const limit = limitOf(query, 'max-uploads', MOST);
  // One more tells whether there is more.
  const found = store.index.uploads(bucket, {
    prefix,
    keyMarker,
    uploadIdMarker,
    limit: limit + 1,
  });
  const shown = found.slice(0, limit);
  const isTruncated = limit > 0 && found.length > limit;
  return {
    body: xml({
      ListMultipartUploadsResult: {
        Bucket: bucket,
        Prefix: prefix,
        KeyMarker: keyMarker,
        UploadIdMarker: uploadIdMarker,
        NextKeyMarker: isTruncated ? shown.at(-1)?.key : undefined,
        NextUploadIdMarker: isTruncated ? shown.at(-1)?.uploadId : undefined,
        MaxUploads: limit,
        IsTruncated: isTruncated,
        Upload: shown.map(({ key, uploadId, initiatedAt }) => ({
          Key: key,
          UploadId: uploadId,
          StorageClass: 'STANDARD',
          Initiated: new Date(initiatedAt).toISOString(),
        })),
      },
    }),
  };
};

function uploadOf({ store }: S3Context, { bucket, key, query }: S3Call): Upload {
  const uploadId = query.get('uploadId') ?? '';
  const upload = store.index.upload(bucket, key, uploadId);
  if (upload === undefined) throw new S3Error('NoSuchUpload', undefined, { UploadId: uploadId });
  return upload;
}
