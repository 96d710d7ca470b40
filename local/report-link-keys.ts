import { existsSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The file of the data folder with the keys that links in mails are signed with. */
export const LINK_KEYS_FILE = 'report-link-keys.json';
const KEY_BYTES = 32;

/** Path of the keys' file, which is written where it is missing: mails of the last start have links that still work. */
export function reportLinkKeys(folder: string, randomBytes: (size: number) => Buffer): string {
  const file = join(folder, LINK_KEYS_FILE);
  if (existsSync(file)) return file;
  const key = randomBytes(KEY_BYTES).toString('base64url');
  // Beside it first: a process that is killed here leaves none, not half of one.
  writeFileSync(`${file}.tmp`, JSON.stringify({ current: { id: 'laptop', key } }), { mode: 0o600 });
  renameSync(`${file}.tmp`, file);
  return file;
}
