import type { RunFile } from '../run/report-run.ts';
import { fileNameOf } from './report-key.ts';
import type { ReportFiles } from './report-files.ts';

/** A URL that anybody can read a file by until `expiresAt` (epoch ms). */
export interface Download {
  url: string;
  expiresAt: number;
}

/** Gives a file's URL; undefined where the bucket's lifecycle has taken the file. */
export type Downloads = (file: RunFile) => Promise<Download | undefined>;

/** Long enough for a slow click and a retry, short enough for a link that is passed on. */
const LIFE_SECONDS = 300;

/** URLs that are presigned at the moment when they are asked for. Throws `StorageUnavailable` where S3 cannot be reached. */
export function createDownloads({
  files,
  clock,
}: {
  files: Pick<ReportFiles, 'presign' | 'exists'>;
  /** Epoch ms. */
  clock: () => number;
}): Downloads {
  return async ({ key }) => {
    if (!(await files.exists(key))) return undefined;
    const expiresAt = Math.floor(clock() / 1000 + LIFE_SECONDS) * 1000;
    const url = await files.presign(key, {
      fileName: fileNameOf(key),
      expiresSeconds: LIFE_SECONDS,
    });
    return { url, expiresAt };
  };
}
