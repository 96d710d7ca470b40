import { Worker } from 'node:worker_threads';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { retryPauseMs } from '@ordercast/platform/retry-pause.ts';
import { standIn } from '@ordercast/platform/stand-in.ts';
import { wait } from '@ordercast/platform/wait.ts';
import { z } from 'zod';

export interface LocalDynamoDb {
  /** A client of the AWS SDK that talks to it. */
  client: DynamoDBClient;
  /** Another one, with sockets of its own, for publishing. */
  publishingClient: DynamoDBClient;
  endpoint: string;
  close(): Promise<void>;
}

const THREAD = new URL('dynalite-thread.ts', import.meta.url);
const PAUSES = { baseMs: 200, maxMs: 5_000 };
/** A thread that lived so long had its store open. */
const STEADY_MS = 10_000;

/**
 * DynamoDB on a free loopback port: dynalite, with its tables in a folder or, without one, in memory. It runs in a thread
 * of its own, since it throws where nobody can catch it when its store cannot write, as on a full disk; and
 * that store loses what it takes afterwards unless it is opened anew. So the thread ends, those who wait for an answer see their
 * connection break, and another thread takes its place, again and again after growing pauses. `onFault` is told why each ended.
 */
export async function startDynamoDb(
  folder: string | undefined,
  onFault: (error: unknown) => void = () => undefined,
): Promise<LocalDynamoDb> {
  const closing = new AbortController();
  const isClosing = () => closing.signal.aborted;
  let thread = startThread(folder, 0);
  const port = await thread.listening;

  const keepRunning = async (): Promise<void> => {
    for (let failures = 1; ; failures += 1) {
      const startedAt = performance.now();
      const error = await thread.ended;
      if (isClosing()) return;
      onFault(error);
      if (performance.now() - startedAt > STEADY_MS) failures = 1;
      await wait(retryPauseMs(failures, PAUSES, Math.random), closing.signal);
      if (isClosing()) return;
      thread = startThread(folder, port);
    }
  };
  const stopped = keepRunning();

  const endpoint = `http://127.0.0.1:${port}`;
  const newClient = () => new DynamoDBClient(standIn(endpoint));
  const client = newClient();
  const publishingClient = newClient();
  return {
    client,
    publishingClient,
    endpoint,
    close: async () => {
      client.destroy();
      publishingClient.destroy();
      closing.abort();
      thread.end();
      await stopped;
    },
  };
}

interface Thread {
  /** Its port, when it listens; rejects where it never does. */
  listening: Promise<number>;
  /** What it ended by, when it has ended. */
  ended: Promise<unknown>;
  end: () => void;
}

function startThread(folder: string | undefined, port: number): Thread {
  const worker = new Worker(THREAD, { workerData: { folder, port } });
  let fault: unknown = new Error('The thread of dynalite has ended.');
  const ended = new Promise<unknown>((resolve) => {
    worker.on('error', (error: unknown) => (fault = error)).on('exit', () => resolve(fault));
  });
  const listening = new Promise<number>((resolve, reject) => {
    worker.once('message', (message) => resolve(z.number().parse(message)));
    void ended.then(reject);
  });
  // Who starts a thread anew waits for its end alone.
  listening.catch(() => undefined);
  return { listening, ended, end: () => worker.postMessage('end') };
}
