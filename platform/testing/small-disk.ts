import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { onTestFinished } from 'vitest';

const run = promisify(execFile);

/** Whether this user may mount a disk, which a test of a full one needs. */
export const MAY_MOUNT = await mayMount();

/** A disk of so many megabytes, until the test is finished. */
export async function smallDisk(megabytes: number): Promise<string> {
  const disk = await mount(megabytes);
  onTestFinished(() => unmount(disk));
  return disk;
}

async function mount(megabytes: number): Promise<string> {
  const disk = await mkdtemp(join(tmpdir(), 'ordercast-disk-'));
  await run('/bin/mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', disk]);
  return disk;
}

async function unmount(disk: string): Promise<void> {
  await run('/bin/umount', [disk]);
  await rm(disk, { recursive: true });
}

async function mayMount(): Promise<boolean> {
  if (process.getuid?.() !== 0 || !existsSync('/bin/mount')) return false;
  return mount(1).then(
    (disk) => unmount(disk).then(() => true),
    () => false,
  );
}
