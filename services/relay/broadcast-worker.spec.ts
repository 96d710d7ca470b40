import { createServer } from 'node:http';
import { once } from 'node:events';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startChild } from '@ordercast/platform/testing/child-process.ts';

const WORKER = join(import.meta.dirname, 'broadcast-worker.ts');

describe('a broadcast worker as a process of its own', () => {
  it('waits for messages, and on SIGTERM ends well at once', async () => {
    // A queue in which nothing ever is: it lets every call wait.
    const queue = createServer();
    const asked = once(queue, 'request');
    queue.listen(0, '127.0.0.1');
    await once(queue, 'listening');
    onTestFinished(() => {
      queue.closeAllConnections();
      queue.close();
    });
    const address = queue.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    const worker = startChild(WORKER, {
      SQS_ENDPOINT: `http://127.0.0.1:${port}`,
      BROADCAST_QUEUE_URL: 'http://sqs.us-east-1.localhost/000000000000/broadcasts',
      COGNITO_ISSUER: 'http://127.0.0.1:1/us-east-1_ordercast',
      COGNITO_CLIENT_ID: 'client',
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
    });
    await Promise.all([asked, worker.lineWith('"working"')]);
    worker.kill('SIGTERM');
    expect(await worker.ended).toEqual({ code: 0, signal: null });
    expect(worker.lines.join('\n')).not.toContain('"level":"error"');
  });

  it('says which settings are missing', async () => {
    const worker = startChild(WORKER, {});
    expect((await worker.ended).code).toBe(1);
    expect(worker.lines.join('\n')).toContain('BROADCAST_QUEUE_URL: is not set');
  });
});
