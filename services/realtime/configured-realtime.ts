import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SQSClient } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import {
  ANNOUNCEMENTS_CHANNEL,
  ORDERS_CHANNEL,
  REPORTS_CHANNEL,
} from '@ordercast/contract/channel.ts';
import { SqsBroadcastQueue } from '@ordercast/websocket/broadcast/broadcast-queue.ts';
import { DYNAMO_TIMEOUTS } from '@ordercast/websocket/dynamo-timeouts.ts';
import type { Realtime } from '@ordercast/websocket/realtime.ts';
import { createRealtime } from '@ordercast/websocket/realtime.ts';
import { z } from 'zod';
import { BROADCAST_CHANNELS } from './channel-policy.ts';
import { CORE_VARIABLES, coreSettings } from './core-variables.ts';
import { listSetting } from '@ordercast/platform/config.ts';
import type { Logger } from '@ordercast/platform/logger.ts';
import { namedEndpoint } from '@ordercast/platform/stand-in.ts';

/** The environment variables of the realtime core; spread into a program's own settings. */
export const REALTIME_VARIABLES = {
  DYNAMODB_ENDPOINT: z.url().optional(),
  SQS_ENDPOINT: z.url().optional(),
  /** Where broadcasts wait for workers; without it the relay fans them out by itself. */
  BROADCAST_QUEUE_URL: z.url().optional(),
  /** The channels that go there: `announcements` unless given, `orders` too where staff are hundreds. */
  BROADCAST_CHANNELS: listSetting
    .pipe(z.array(z.enum([ANNOUNCEMENTS_CHANNEL, ORDERS_CHANNEL, REPORTS_CHANNEL])))
    .default([...BROADCAST_CHANNELS]),
  ...CORE_VARIABLES,
};

type RealtimeVariables = z.infer<z.ZodObject<typeof REALTIME_VARIABLES>>;

export interface ConfiguredRealtime {
  realtime: Realtime;
  dynamo: DynamoDBClient;
  sqs: SQSClient;
  /** Ends what keeps connections to AWS. */
  close: () => void;
}

/** A call that waits for messages takes 20 s; a socket that is silent for longer is dead. */
const SQS_TIMEOUT_MS = 30_000;

/** The realtime core as a program's settings name it, for publishing and for fan-out. */
export function configuredRealtime(variables: RealtimeVariables, log: Logger): ConfiguredRealtime {
  const { AWS_REGION: region, BROADCAST_QUEUE_URL: queueUrl } = variables;
  const dynamo = new DynamoDBClient({
    region,
    requestHandler: DYNAMO_TIMEOUTS,
    ...(variables.DYNAMODB_ENDPOINT !== undefined && namedEndpoint(variables.DYNAMODB_ENDPOINT)),
  });
  const sqs = new SQSClient({
    region,
    requestHandler: { requestTimeout: SQS_TIMEOUT_MS, throwOnRequestTimeout: true },
    // A stand-in's queue URLs name hosts that need not exist.
    ...(variables.SQS_ENDPOINT !== undefined && {
      ...namedEndpoint(variables.SQS_ENDPOINT),
      useQueueUrlAsEndpoint: false,
    }),
  });
  const realtime = createRealtime({
    dynamo: DynamoDBDocumentClient.from(dynamo),
    allowedOrigins: [],
    // Posts go to the endpoints that the connections' own items name.
    callbackEndpoint: ({ domainName, stage }) => `https://${domainName}/${stage}`,
    ...(queueUrl !== undefined && {
      broadcasts: {
        queue: new SqsBroadcastQueue(sqs, queueUrl),
        channels: variables.BROADCAST_CHANNELS,
      },
    }),
    ...coreSettings(variables),
    clock: Date.now,
    random: Math.random,
    logger: log,
  });
  return {
    realtime,
    dynamo,
    sqs,
    close: () => {
      realtime.destroy();
      dynamo.destroy();
      sqs.destroy();
    },
  };
}
