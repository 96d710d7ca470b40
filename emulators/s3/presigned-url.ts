import { timingSafeEqual } from 'node:crypto';
import { Sha256 } from '@smithy/core/checksum';
import { SignatureV4 } from '@smithy/signature-v4';
import { S3Error } from './s3-error.ts';

export interface Credentials {
  accessKeyId: string;
  secretAccessKey: string;
}

export interface PresignedRequest {
  method: string;
  /** As it came: what is signed are its very characters. */
  target: string;
  /** By names in small letters. */
  headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** AWS takes a clock that is this far off. */
const SKEW_MS = 15 * 60_000;
/** AWS signs URLs for at most a week. */
const MAX_EXPIRES_SECONDS = 604_800;
const CONTENT_SHA256 = 'x-amz-content-sha256';

export function isPresigned(query: URLSearchParams): boolean {
  return query.has('X-Amz-Algorithm') || query.has('X-Amz-Signature');
}

/**
 * Checks a URL that Signature Version 4 has signed in its query, as S3 does: for the method, the path, the query and the headers that it names,
 * for `X-Amz-Expires` seconds from `X-Amz-Date` on. The signature is made anew by the SDK's own signer and compared. Throws {@link S3Error}.
 */
export async function verifyPresigned(
  request: PresignedRequest,
  credentials: Credentials,
  /** Epoch ms. */
  now: number,
): Promise<void> {
  const query = new URLSearchParams(request.target.split('?').slice(1).join('?'));
  const { accessKeyId, region, service, signedAt, expiresSeconds, signedHeaders, signature } =
    readSignature(query);
  const expiresAt = signedAt + expiresSeconds * 1_000;
  if (now >= expiresAt) {
    throw new S3Error('AccessDenied', 'Request has expired', {
      'X-Amz-Expires': String(expiresSeconds),
      Expires: isoSeconds(expiresAt),
      ServerTime: isoSeconds(now),
    });
  }
  if (signedAt > now + SKEW_MS) throw new S3Error('AccessDenied', 'Request is not valid yet');
  if (accessKeyId !== credentials.accessKeyId) {
    throw new S3Error('InvalidAccessKeyId', undefined, { AWSAccessKeyId: accessKeyId });
  }
  const signer = new SignatureV4({
    service,
    region,
    credentials,
    sha256: Sha256,
    uriEscapePath: false,
  });
  const headers = Object.fromEntries(
    signedHeaders.map((name) => [name, String(request.headers[name] ?? '')]),
  );
  const expected = await signer.presign(
    {
      method: request.method,
      protocol: 'http:',
      hostname: headers.host ?? '',
      path: request.target.split('?')[0] ?? '',
      query: valuesByName(query),
      // Where no body is signed S3 takes this for its hash; it is neither a header of the request nor in the query.
      headers: { ...headers, [CONTENT_SHA256]: headers[CONTENT_SHA256] ?? 'UNSIGNED-PAYLOAD' },
    },
    {
      signingDate: new Date(signedAt),
      expiresIn: expiresSeconds,
      unhoistableHeaders: new Set([...signedHeaders, CONTENT_SHA256]),
      unsignableHeaders: new Set(signedHeaders.includes(CONTENT_SHA256) ? [] : [CONTENT_SHA256]),
      signableHeaders: new Set(signedHeaders),
    },
  );
  if (!isSame(signature, String(expected.query?.['X-Amz-Signature']))) {
    throw new S3Error('SignatureDoesNotMatch', undefined, { AWSAccessKeyId: accessKeyId });
  }
}

function readSignature(query: URLSearchParams) {
  const parameter = (name: string, pattern: RegExp): RegExpExecArray => {
    const values = query.getAll(name);
    const match = values.length === 1 ? pattern.exec(values[0] ?? '') : null;
    if (match !== null) return match;
    throw new S3Error('AuthorizationQueryParametersError', `${name} is missing or malformed.`);
  };
  parameter('X-Amz-Algorithm', /^AWS4-HMAC-SHA256$/);
  const [, accessKeyId = '', day, region = '', service = ''] = parameter(
    'X-Amz-Credential',
    /^(.+)\/(\d{8})\/([^/]+)\/(s3)\/aws4_request$/,
  );
  const [, year, month, date, hour, minute, second] = parameter(
    'X-Amz-Date',
    /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/,
  );
  const signedAt = Date.parse(`${year}-${month}-${date}T${hour}:${minute}:${second}Z`);
  const expiresSeconds = Number(parameter('X-Amz-Expires', /^\d{1,9}$/)[0]);
  const [signedHeaders = ''] = parameter('X-Amz-SignedHeaders', /^[a-z0-9-]+(;[a-z0-9-]+)*$/);
  const [signature = ''] = parameter('X-Amz-Signature', /^[0-9a-f]{64}$/);
  if (Number.isNaN(signedAt) || day !== `${year}${month}${date}`) {
    throw new S3Error(
      'AuthorizationQueryParametersError',
      'X-Amz-Date and X-Amz-Credential do not name the same day.',
    );
  }
  if (expiresSeconds < 1 || expiresSeconds > MAX_EXPIRES_SECONDS) {
    throw new S3Error(
      'AuthorizationQueryParametersError',
      `X-Amz-Expires must be from 1 to ${MAX_EXPIRES_SECONDS} seconds.`,
    );
  }
  if (!signedHeaders.split(';').includes('host')) {
    throw new S3Error('AuthorizationQueryParametersError', 'X-Amz-SignedHeaders must name host.');
  }
  return {
    accessKeyId,
    region,
    service,
    signedAt,
    expiresSeconds,
    signedHeaders: signedHeaders.split(';'),
    signature,
  };
}

function valuesByName(query: URLSearchParams): Record<string, string | string[]> {
  const names = new Set([...query.keys()].filter((name) => name !== 'X-Amz-Signature'));
  return Object.fromEntries(
    [...names].map((name) => {
      const values = query.getAll(name);
      return [name, values.length === 1 ? (values[0] ?? '') : values];
    }),
  );
}

function isSame(given: string, expected: string): boolean {
  const [left, right] = [Buffer.from(given), Buffer.from(expected)];
  return left.length === right.length && timingSafeEqual(left, right);
}

function isoSeconds(epochMs: number): string {
  return new Date(epochMs).toISOString().replace(/\.\d+/, '');
}
