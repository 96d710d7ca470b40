import { S3Error } from './s3-error.ts';

/** First and last byte, both counted in. */
export interface ByteRange {
  first: number;
  last: number;
}

/**
 * What a `Range` header asks of an object of a size; undefined means the whole, also where the header is none that S3 knows
 * (several ranges at once are such). Throws `InvalidRange` where it lies beyond the end.
 */
export function byteRange(header: string | undefined, sizeBytes: number): ByteRange | undefined {
  const [, from = '', to = ''] = /^bytes=(\d*)-(\d*)$/.exec(header ?? '') ?? [];
  if (from === '' && to === '') return undefined;
  const first = from === '' ? Math.max(0, sizeBytes - Number(to)) : Number(from);
  const last = from === '' || to === '' ? sizeBytes - 1 : Math.min(Number(to), sizeBytes - 1);
  if (from !== '' && to !== '' && Number(to) < first) return undefined;
  if (first >= sizeBytes) {
    throw new S3Error('InvalidRange', undefined, {
      RangeRequested: header ?? '',
      ActualObjectSize: String(sizeBytes),
    });
  }
  return { first, last };
}
