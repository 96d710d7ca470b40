import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Logger } from '@ordercast/platform/logger.ts';
import type { StartRun } from './start-run.ts';
import { TASK_NODE_OPTIONS } from './task-node-options.ts';

export interface ProcessStart {
  start: StartRun;
  /** Tells the processes to give their runs back, and resolves when all have ended. */
  close: () => Promise<void>;
}

export interface ProcessStartSettings {
  /** What `task.ts` reads, but for the run. */
  environment: Readonly<Record<string, string>>;
  /** Processes at once; a run beyond that stays queued until the keeper starts it. */
  maxProcesses: number;
  /** Takes what they print, line by line: their own log, in JSON. */
  onLine: (line: string) => void;
  log: Logger;
}

const TASK = join(import.meta.dirname, '../task.ts');
/**
 * Each run in a process of its own, as on a laptop, so that nothing else waits for it. A process gives its run back and ends when this one does,
 * be it by a kill: it notices that the channel between them is closed.
 */
export function createProcessStart({
  environment,
  maxProcesses,
  onLine,
  log,
}: ProcessStartSettings): ProcessStart {
  const children = new Map<string, { child: ChildProcess; ended: Promise<unknown> }>();
  let isClosed = false;

  const start: StartRun = async ({ id }) => {
    if (isClosed || children.has(id) || children.size >= maxProcesses) return;
    const options = ['--disable-warning=ExperimentalWarning', ...TASK_NODE_OPTIONS];
    const child = spawn(process.execPath, [...options, TASK], {
      env: { ...environment, REPORT_RUN_ID: id },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    for (const stream of [child.stdout, child.stderr]) {
      if (stream !== null) createInterface({ input: stream }).on('line', onLine);
    }
    const ended = once(child, 'close').then(
      () => {
        children.delete(id);
        const { exitCode, signalCode } = child;
        // One that is told to stop before it has begun ends by the signal.
        if (exitCode !== 0 && !isClosed)
          log.error({ runId: id, exitCode, signalCode }, 'a run’s process failed');
      },
      () => children.delete(id),
    );
    children.set(id, { child, ended });
    await once(child, 'spawn');
  };

  return {
    start,
    close: async () => {
      isClosed = true;
      // A process that does not end by itself in its time ends itself.
      await Promise.all(
        [...children.values()].map(({ child, ended }) => {
          child.kill('SIGTERM');
          return ended;
        }),
      );
    },
  };
}
