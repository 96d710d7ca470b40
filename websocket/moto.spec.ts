import { hasMoto, startMotoServer } from '@ordercast/platform/testing/moto-server.ts';
import { afterAll, describe } from 'vitest';
import { describeBroadcasts } from './broadcast/broadcast.contract.ts';
import { describeDynamoChannelLog } from './channel-log/dynamo-channel-log.contract.ts';
import { describeConnectionRegistry } from './connections/dynamo-connection-registry.contract.ts';
import { startBroadcastBed } from './testing/running-broadcast.ts';
import { dynamoDbAt } from './testing/running-dynamodb.ts';
import { sqsAt } from './testing/running-sqs.ts';

const moto = hasMoto() ? await startMotoServer() : undefined;
afterAll(() => moto?.close());
const endpoint = moto?.endpoint ?? 'http://127.0.0.1:1';
const dynamo = dynamoDbAt(endpoint);
const bed = await startBroadcastBed({ dynamo, sqs: sqsAt(endpoint) });

describe.skipIf(moto === undefined)('on moto (skipped where moto_server is not installed)', () => {
  describe('the connection registry', () => describeConnectionRegistry(dynamo));
  describe('the channel log', () => describeDynamoChannelLog(dynamo));
  describe('broadcasts through its queues', () => describeBroadcasts(bed));
});
