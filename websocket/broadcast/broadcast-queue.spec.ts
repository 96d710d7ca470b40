import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';
import { SQSClient } from '@aws-sdk/client-sqs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { SqsBroadcastQueue } from './broadcast-queue.ts';
import { portOf } from '@ordercast/platform/testing/port-of.ts';

const callSchema = z.object({
  Entries: z.array(z.object({ Id: z.string(), MessageBody: z.string() })),
});

/** An SQS that takes of each call what it is told to: for what no stand-in does. */
async function startPartialSqs(takes: (shard: number, call: number) => boolean) {
  const shardsOfCalls: number[][] = [];
  const server = createServer((request, response) => {
    void json(request).then((body) => {
      const entries = callSchema.parse(body).Entries.map(({ Id, MessageBody }) => ({
        Id,
        MessageBody,
        shard: z.object({ shard: z.number() }).parse(JSON.parse(MessageBody)).shard,
      }));
      shardsOfCalls.push(entries.map(({ shard }) => shard));
      const isTaken = ({ shard }: { shard: number }) => takes(shard, shardsOfCalls.length);
      response.setHeader('Content-Type', 'application/x-amz-json-1.0').end(
        JSON.stringify({
          Successful: entries.filter(isTaken).map(({ Id, MessageBody }) => ({
            Id,
            MessageId: Id,
            MD5OfMessageBody: createHash('md5').update(MessageBody).digest('hex'),
          })),
          Failed: entries
            .filter((entry) => !isTaken(entry))
            .map(({ Id }) => ({ Id, SenderFault: false, Code: 'InternalError', Message: 'no' })),
        }),
      );
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const port = portOf(server);
  const client = new SQSClient({
    endpoint: `http://127.0.0.1:${port}`,
    region: 'us-east-1',
    credentials: { accessKeyId: 'any', secretAccessKey: 'any' },
    useQueueUrlAsEndpoint: false,
  });
  onTestFinished(() => {
    client.destroy();
    server.closeAllConnections();
    server.close();
  });
  return { shardsOfCalls, queue: new SqsBroadcastQueue(client, 'http://sqs/1/broadcasts') };
}

function messages(count: number) {
  return Array.from({ length: count }, (_, shard) => ({
    channel: 'c',
    shard,
    epoch: 'epoch',
    from: 1,
    to: 1,
  }));
}

describe('the broadcast queue', () => {
  it('sends ten messages a call', async () => {
    const { queue, shardsOfCalls } = await startPartialSqs(() => true);
    await queue.send(messages(25));
    expect(shardsOfCalls.map((shards) => shards.length).toSorted()).toEqual([10, 10, 5]);
    expect(new Set(shardsOfCalls.flat()).size).toBe(25);
  });

  it('sends again what a call did not take, and only that', async () => {
    const { queue, shardsOfCalls } = await startPartialSqs(
      (shard, call) => shard !== 2 || call > 2,
    );
    await queue.send(messages(4));
    expect(shardsOfCalls).toEqual([[0, 1, 2, 3], [2], [2]]);
  });

  it('rejects where some are not taken at all', async () => {
    const { queue } = await startPartialSqs((shard) => shard !== 2);
    await expect(queue.send(messages(4))).rejects.toThrow('InternalError');
  });
});
