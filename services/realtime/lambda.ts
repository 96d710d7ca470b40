import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { originListSetting, readConfig } from '@ordercast/platform/config.ts';
import { pino } from 'pino';
import { z } from 'zod';
import { DYNAMO_TIMEOUTS } from '@ordercast/websocket/dynamo-timeouts.ts';
import { CORE_VARIABLES, coreSettings } from './core-variables.ts';
import { createRealtime } from '@ordercast/websocket/realtime.ts';

const settings = readConfig(
  z.object({
    /** Origins of the SPA, separated by commas. */
    ALLOWED_ORIGINS: originListSetting,
    /**
     * `https://<api id>.execute-api.<region>.amazonaws.com/<stage>`; needed where the API has a
     * domain of its own, whose mapping need not name the stage.
     */
    REALTIME_CALLBACK_ENDPOINT: z.url().optional(),
    ...CORE_VARIABLES,
    LOG_LEVEL: z.string().default('info'),
  }),
  process.env,
);

const realtime = createRealtime({
  dynamo: DynamoDBDocumentClient.from(new DynamoDBClient({ requestHandler: DYNAMO_TIMEOUTS })),
  allowedOrigins: settings.ALLOWED_ORIGINS,
  callbackEndpoint: ({ domainName, stage }) =>
    settings.REALTIME_CALLBACK_ENDPOINT ?? `https://${domainName}/${stage}`,
  ...coreSettings(settings),
  clock: Date.now,
  random: Math.random,
  logger: pino({ level: settings.LOG_LEVEL }),
});

/** The REQUEST authorizer; identity source `route.request.header.Sec-WebSocket-Protocol`. */
export const authorizer = realtime.authorizer;
/** `$connect` */
export const connect = realtime.connect;
/** `$disconnect` */
export const disconnect = realtime.disconnect;
/** `$default` */
export const message = realtime.message;
/** Called by an event source mapping on the broadcast queue, with `ReportBatchItemFailures`. */
export const broadcast = realtime.broadcast;
/** Called by an EventBridge rule on CloudTrail's records of Cognito: see the handler. */
export const accessEnded = realtime.accessEnded;
/** Run by a schedule, every five minutes or so. */
export const reaper = realtime.reap;
