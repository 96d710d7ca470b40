import { createServer } from 'node:http';
import type { ServerResponse } from 'node:http';
import { once } from 'node:events';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { portOf } from '@ordercast/platform/testing/port-of.ts';

/** A process that waits before it writes a report's file. */
export interface HeldProcess {
  runId: string;
  pid: number;
  /** Resolves when the process has ended. */
  ended: Promise<void>;
}

/** Holds processes of runs in the midst of their work, for as long as a test wants. */
export interface ReportGate {
  /** For the environment of the system, which hands it on to the processes of runs. */
  env: { NODE_OPTIONS: string };
  /** From now on each one that comes waits. */
  shut: () => void;
  /** Lets all go on, those that wait and those that come. */
  open: () => void;
  /** The next that waits, or has come to wait since it was shut, each once. */
  next: () => Promise<HeldProcess>;
  close: () => Promise<void>;
}

const HELD = pathToFileURL(join(import.meta.dirname, 'held-report-process.ts')).href;

/** Starts an open gate. */
export async function startReportGate(): Promise<ReportGate> {
  let isShut = false;
  const waiting: ServerResponse[] = [];
  const arrived: HeldProcess[] = [];
  const expected: ((held: HeldProcess) => void)[] = [];
  const server = createServer((request, response) => {
    if (!isShut) {
      response.end();
      return;
    }
    waiting.push(response);
    const ended = once(request.socket, 'close').then(() => undefined);
    const [, runId = '', pid] = (request.url ?? '').split('/');
    const held = { runId, pid: Number(pid), ended };
    const expecting = expected.shift();
    if (expecting === undefined) arrived.push(held);
    else expecting(held);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  // A connection ends with its process, not before.
  server.keepAliveTimeout = 0;
  return {
    env: { NODE_OPTIONS: `--import=${HELD}?gate=http://127.0.0.1:${portOf(server)}` },
    shut: () => {
      isShut = true;
    },
    open: () => {
      isShut = false;
      for (const response of waiting.splice(0)) response.end();
    },
    next: () => {
      const held = arrived.shift();
      return held === undefined
        ? new Promise((resolve) => expected.push(resolve))
        : Promise.resolve(held);
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
