import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { readConfig } from '@ordercast/platform/config.ts';
import { pino } from 'pino';
import { DYNAMO_TIMEOUTS } from '@ordercast/websocket/dynamo-timeouts.ts';
import { coreSettings } from './core-variables.ts';
import { lambdaSettingsSchema } from './lambda-settings.ts';
import { createRealtime } from '@ordercast/websocket/realtime.ts';

const settings = readConfig(lambdaSettingsSchema, process.env);

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
