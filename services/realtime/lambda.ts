import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { pino } from 'pino';
import { z } from 'zod';
import { DYNAMO_TIMEOUTS } from '@ordercast/websocket/dynamo-timeouts.ts';
import { FAN_OUT_VARIABLES, fanOutSettings } from '@ordercast/websocket/fan-out-variables.ts';
import { createRealtime } from '@ordercast/websocket/realtime.ts';

/** Texts such as `staff,admins`. */
const list = z.string().transform((text) => text.split(',').filter((item) => item !== ''));

/** As a browser writes them in `Origin`: small letters, no default port, no path. */
const origins = list.pipe(
  z.array(z.url({ protocol: /^https?$/ }).transform((text) => new URL(text).origin)),
);

const environment = z
  .object({
    /** Set by the Lambda runtime. */
    AWS_REGION: z.string(),
    /** Begins the names of the three tables. */
    TABLE_PREFIX: z.string().default('ordercast-'),
    /** `https://cognito-idp.<region>.amazonaws.com/<pool id>` */
    COGNITO_ISSUER: z.url(),
    COGNITO_CLIENT_ID: z.string().min(1),
    /** Origins of the SPA, separated by commas. */
    ALLOWED_ORIGINS: origins,
    /** Groups that may read the staff's channels, separated by commas. */
    STAFF_GROUPS: list.default(['staff', 'admins']),
    /**
     * `https://<api id>.execute-api.<region>.amazonaws.com/<stage>`; needed where the API has a
     * domain of its own, whose mapping need not name the stage.
     */
    REALTIME_CALLBACK_ENDPOINT: z.url().optional(),
    ...FAN_OUT_VARIABLES,
    LOG_LEVEL: z.string().default('info'),
  })
  .parse(process.env);

const realtime = createRealtime({
  dynamo: DynamoDBDocumentClient.from(new DynamoDBClient({ requestHandler: DYNAMO_TIMEOUTS })),
  tablePrefix: environment.TABLE_PREFIX,
  issuer: environment.COGNITO_ISSUER,
  clientId: environment.COGNITO_CLIENT_ID,
  staffGroups: environment.STAFF_GROUPS,
  allowedOrigins: environment.ALLOWED_ORIGINS,
  callbackEndpoint: ({ domainName, stage }) =>
    environment.REALTIME_CALLBACK_ENDPOINT ?? `https://${domainName}/${stage}`,
  region: environment.AWS_REGION,
  ...fanOutSettings(environment),
  clock: Date.now,
  random: Math.random,
  logger: pino({ level: environment.LOG_LEVEL }),
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
