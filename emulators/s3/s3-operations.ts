import { createBucket, deleteObjects, headBucket, listObjects } from './bucket-operations.ts';
import { OVERRIDE_PARAMETERS, deleteObject, getObject, putObject } from './object-operations.ts';
import type { S3Call, S3Operation } from './s3-call.ts';
import {
  abortMultipartUpload,
  completeMultipartUpload,
  createMultipartUpload,
  listMultipartUploads,
  listParts,
  uploadPart,
} from './upload-operations.ts';

interface Route {
  method: string;
  on: 'bucket' | 'object';
  /** Parameters that make a call this one. */
  marks?: readonly string[];
  /** Others that it understands. */
  takes?: readonly string[];
  operation: S3Operation;
  /** Makes its bucket itself. */
  needsNoBucket?: boolean;
}

/** The first whose marks are all there is meant. */
const ROUTES: readonly Route[] = [
  { method: 'PUT', on: 'bucket', operation: createBucket, needsNoBucket: true },
  { method: 'HEAD', on: 'bucket', operation: headBucket },
  {
    method: 'GET',
    on: 'bucket',
    marks: ['uploads'],
    takes: ['prefix', 'key-marker', 'upload-id-marker', 'max-uploads'],
    operation: listMultipartUploads,
  },
  {
    method: 'GET',
    on: 'bucket',
    marks: ['list-type'],
    takes: ['prefix', 'start-after', 'continuation-token', 'max-keys'],
    operation: listObjects,
  },
  { method: 'POST', on: 'bucket', marks: ['delete'], operation: deleteObjects },
  {
    method: 'PUT',
    on: 'object',
    marks: ['partNumber', 'uploadId'],
    operation: uploadPart,
  },
  { method: 'PUT', on: 'object', operation: putObject },
  {
    method: 'GET',
    on: 'object',
    marks: ['uploadId'],
    takes: ['max-parts', 'part-number-marker'],
    operation: listParts,
  },
  { method: 'GET', on: 'object', takes: OVERRIDE_PARAMETERS, operation: getObject },
  { method: 'HEAD', on: 'object', takes: OVERRIDE_PARAMETERS, operation: getObject },
  { method: 'DELETE', on: 'object', marks: ['uploadId'], operation: abortMultipartUpload },
  { method: 'DELETE', on: 'object', operation: deleteObject },
  { method: 'POST', on: 'object', marks: ['uploads'], operation: createMultipartUpload },
  { method: 'POST', on: 'object', marks: ['uploadId'], operation: completeMultipartUpload },
];

/** Says who asks, and which of a client's commands it is; it changes no answer. */
const WITHOUT_EFFECT = /^(x-id|x-amz-.*)$/i;

/** The operation that a call means; undefined for one that this stand-in does not have, such as a bucket's versioning. */
export function operationOf({ method, key, query }: S3Call): Route | undefined {
  const on = key === '' ? 'bucket' : 'object';
  const names = [...query.keys()].filter((name) => !WITHOUT_EFFECT.test(name));
  return ROUTES.find(
    (route) =>
      route.method === method &&
      route.on === on &&
      (route.marks ?? []).every((mark) => query.has(mark)) &&
      names.every((name) => [...(route.marks ?? []), ...(route.takes ?? [])].includes(name)),
  );
}
