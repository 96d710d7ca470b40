import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { ownEnvironment } from '@ordercast/platform/testing/own-environment.ts';

export interface MigrateResult {
  code: number | null;
  /** The answer. */
  out: string;
  /** What went on, and what went wrong. */
  err: string;
}

export interface RunningMigrate {
  child: ChildProcess;
  result: Promise<MigrateResult>;
}

const MAIN = join(import.meta.dirname, '..', 'main.ts');

/** Starts the DBA's command line as a process of its own, as `npm run migrate` does. */
export function startMigrate(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): RunningMigrate {
  const child = spawn(process.execPath, [MAIN, ...args], {
    env: { ...ownEnvironment(), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const result = Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]).then(
    ([out, err]) => ({ code: child.exitCode, out, err }),
  );
  return { child, result };
}

export function runMigrate(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<MigrateResult> {
  return startMigrate(args, env).result;
}
