import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { crc32 } from 'node:zlib';
import { decodeAwsChunks } from './aws-chunks.ts';
import type { Piece } from './object-index.ts';
import type { ObjectStore } from './object-store.ts';
import { S3Error } from './s3-error.ts';

/** What S3 repeats of a checksum that it has compared. */
export type ChecksumHeader = Readonly<Record<string, string>>;

/**
 * Receives a request's body into a file and compares it with every checksum that came with it, before or, in the trailer of a
 * chunked one, after it. Throws `BadDigest`, `XAmzContentSHA256Mismatch`, `IncompleteBody`, and `NotImplemented` for a kind of checksum
 * that Node does not have.
 */
export async function receiveBody(
  store: ObjectStore,
  request: IncomingMessage,
): Promise<{ piece: Piece; checksum: ChecksumHeader }> {
  const { headers } = request;
  const told = new Map(
    Object.entries(headers).flatMap(([name, value]) =>
      typeof value === 'string' ? [[name, value] as const] : [],
    ),
  );
  const sums = [...announced(headers)].map((name) => ({ name, sum: checksumOf(name) }));
  const signed = /^[0-9a-f]{64}$/.exec(told.get('x-amz-content-sha256') ?? '')?.[0];
  const sha256 = signed === undefined ? undefined : createHash('sha256');
  const piece = await store.receive(
    (async function* () {
      for await (const chunk of bodyOf(request, (name, value) => told.set(name, value))) {
        for (const { sum } of sums) sum.update(chunk);
        sha256?.update(chunk);
        yield chunk;
      }
    })(),
  );
  try {
    const checksum = Object.fromEntries(sums.map(({ name, sum }) => [name, sum.digest()]));
    for (const [name, value] of Object.entries(checksum)) {
      if (told.get(name) !== value) throw new S3Error('BadDigest');
    }
    const md5 = headers['content-md5'];
    if (md5 !== undefined && md5 !== Buffer.from(piece.md5, 'hex').toString('base64')) {
      throw new S3Error('BadDigest');
    }
    if (sha256?.digest('hex') !== signed) {
      throw new S3Error('XAmzContentSHA256Mismatch');
    }
    return { piece, checksum };
  } catch (error) {
    store.discard(piece);
    throw error;
  }
}

/** A small body as text, such as a list of parts. */
export async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of bodyOf(request, () => undefined)) {
    size += chunk.length;
    if (size > MAX_TEXT_BYTES) throw new S3Error('MalformedXML');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

/** 10,000 parts with a checksum each. */
const MAX_TEXT_BYTES = 4 * 1024 * 1024;

function bodyOf(
  request: IncomingMessage,
  onTrailer: (name: string, value: string) => void,
): AsyncIterable<Uint8Array> {
  // A body that is refused in its midst leaves the connection to its answer.
  const chunks: AsyncIterable<Uint8Array> = request.iterator({ destroyOnReturn: false });
  return isAwsChunked(request.headers) ? decodeAwsChunks(chunks, onTrailer) : chunks;
}

function isAwsChunked(headers: IncomingHttpHeaders): boolean {
  return String(headers['x-amz-content-sha256'] ?? '').startsWith('STREAMING-');
}

const CHECKSUM = /^x-amz-checksum-(?!mode$|type$|algorithm$)/;

/** Names of the checksums that come with the headers or will come in the trailer. */
function announced(headers: IncomingHttpHeaders): Set<string> {
  const trailers = String(headers['x-amz-trailer'] ?? '')
    .split(',')
    .map((name) => name.trim().toLowerCase());
  return new Set([...Object.keys(headers), ...trailers].filter((name) => CHECKSUM.test(name)));
}

interface Checksum {
  update: (chunk: Uint8Array) => void;
  /** Base64. */
  digest: () => string;
}

function checksumOf(header: string): Checksum {
  const algorithm = header.replace(CHECKSUM, '');
  if (algorithm === 'crc32') return crc32Checksum();
  if (algorithm === 'sha1' || algorithm === 'sha256') {
    const hash = createHash(algorithm);
    return { update: (chunk) => void hash.update(chunk), digest: () => hash.digest('base64') };
  }
  throw new S3Error(
    'NotImplemented',
    `The local stand-in for S3 cannot compare ${header}; it knows CRC32, SHA1 and SHA256.`,
  );
}

function crc32Checksum(): Checksum {
  let value = 0;
  return {
    update: (chunk) => (value = crc32(chunk, value)),
    digest: () => {
      const bytes = Buffer.alloc(4);
      bytes.writeUInt32BE(value);
      return bytes.toString('base64');
    },
  };
}
