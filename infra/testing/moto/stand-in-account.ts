import * as apigateway from '@aws-sdk/client-api-gateway';
import * as apigatewayv2 from '@aws-sdk/client-apigatewayv2';
import * as autoscaling from '@aws-sdk/client-application-auto-scaling';
import * as cloudtrail from '@aws-sdk/client-cloudtrail';
import * as cloudwatch from '@aws-sdk/client-cloudwatch';
import * as logs from '@aws-sdk/client-cloudwatch-logs';
import * as cognitoIdentity from '@aws-sdk/client-cognito-identity';
import * as cognito from '@aws-sdk/client-cognito-identity-provider';
import * as dynamodb from '@aws-sdk/client-dynamodb';
import * as ec2 from '@aws-sdk/client-ec2';
import * as ecr from '@aws-sdk/client-ecr';
import * as ecs from '@aws-sdk/client-ecs';
import * as elb from '@aws-sdk/client-elastic-load-balancing-v2';
import * as events from '@aws-sdk/client-eventbridge';
import * as iam from '@aws-sdk/client-iam';
import * as kms from '@aws-sdk/client-kms';
import * as lambda from '@aws-sdk/client-lambda';
import * as rds from '@aws-sdk/client-rds';
import * as s3 from '@aws-sdk/client-s3';
import * as scheduler from '@aws-sdk/client-scheduler';
import * as secrets from '@aws-sdk/client-secrets-manager';
import * as ses from '@aws-sdk/client-sesv2';
import * as sns from '@aws-sdk/client-sns';
import * as sqs from '@aws-sdk/client-sqs';
import * as waf from '@aws-sdk/client-wafv2';
import { NormalizedSchema } from '@smithy/core/schema';
import { standIn } from '@ordercast/platform/stand-in.ts';
import { z } from 'zod';
import { unknownMembers } from './known-members.ts';

/** As moto numbers it. */
export const ACCOUNT_ID = '123456789012';

const SERVICES = {
  apigateway: { commands: apigateway, Client: apigateway.APIGatewayClient },
  apigatewayv2: { commands: apigatewayv2, Client: apigatewayv2.ApiGatewayV2Client },
  autoscaling: { commands: autoscaling, Client: autoscaling.ApplicationAutoScalingClient },
  cloudtrail: { commands: cloudtrail, Client: cloudtrail.CloudTrailClient },
  cloudwatch: { commands: cloudwatch, Client: cloudwatch.CloudWatchClient },
  logs: { commands: logs, Client: logs.CloudWatchLogsClient },
  'cognito-identity': { commands: cognitoIdentity, Client: cognitoIdentity.CognitoIdentityClient },
  cognito: { commands: cognito, Client: cognito.CognitoIdentityProviderClient },
  dynamodb: { commands: dynamodb, Client: dynamodb.DynamoDBClient },
  ec2: { commands: ec2, Client: ec2.EC2Client },
  ecr: { commands: ecr, Client: ecr.ECRClient },
  ecs: { commands: ecs, Client: ecs.ECSClient },
  elb: { commands: elb, Client: elb.ElasticLoadBalancingV2Client },
  events: { commands: events, Client: events.EventBridgeClient },
  iam: { commands: iam, Client: iam.IAMClient },
  kms: { commands: kms, Client: kms.KMSClient },
  lambda: { commands: lambda, Client: lambda.LambdaClient },
  rds: { commands: rds, Client: rds.RDSClient },
  s3: { commands: s3, Client: s3.S3Client },
  scheduler: { commands: scheduler, Client: scheduler.SchedulerClient },
  secrets: { commands: secrets, Client: secrets.SecretsManagerClient },
  ses: { commands: ses, Client: ses.SESv2Client },
  sns: { commands: sns, Client: sns.SNSClient },
  sqs: { commands: sqs, Client: sqs.SQSClient },
  waf: { commands: waf, Client: waf.WAFV2Client },
} as const;

export type Service = keyof typeof SERVICES;

/** What a service has answered. */
export interface Answer {
  /** The text at a path, such as `Vpc.VpcId` or `Items.0.ApiId`. Throws where there is none. */
  text: (path: string) => string;
  whole: unknown;
}

/** An account at what stands in for AWS, in one Region. */
export interface Account {
  region: string;
  /**
   * Calls an operation by its name, such as `createVpc`: what templates say has no types, and the service is the judge of
   * it. Rejects with what the service says.
   */
  call: (service: Service, operation: string, input: object) => Promise<Answer>;
  close: () => void;
}

export function openAccount(endpoint: string, region: string): Account {
  const clients = new Map<Service, SendingClient>();
  const clientOf = (service: Service): SendingClient => {
    const open = clients.get(service);
    if (open !== undefined) return open;
    const { Client } = SERVICES[service];
    const settings = { ...standIn(endpoint), region, ...(service === 's3' && PATHS) };
    const client = clientSchema.parse(new Client(settings));
    clients.set(service, client);
    return client;
  };
  return {
    region,
    call: async (service, operation, input) => {
      const command = commandOf(service, operation, input);
      const client = clientOf(service);
      const whole: unknown = await send(client, command).catch((error: unknown) => {
        throw new Error(`${service} ${operation}: ${String(error)}`, { cause: error });
      });
      return { whole, text: (path) => textAt(whole, path, `${service} ${operation}`) };
    },
    close: () => clients.forEach((client) => client.destroy.call(client)),
  };
}

async function send(client: SendingClient, command: unknown): Promise<unknown> {
  const answer: unknown = await client.send.call(client, command);
  return answer;
}

type Method = (this: unknown, ...args: unknown[]) => unknown;
const methodSchema = z.custom<Method>((value) => typeof value === 'function');
/** Every client of the SDK is one. */
const clientSchema = z.custom<SendingClient>(
  (value) => z.looseObject({ send: methodSchema, destroy: methodSchema }).safeParse(value).success,
);
interface SendingClient {
  send: Method;
  destroy: Method;
}

/** `[kind, namespace, name, traits, input, output]` of an operation. */
const commandSchema = z.looseObject({
  schema: z.tuple(
    [
      z.number(),
      z.string(),
      z.string(),
      z.unknown(),
      z.custom<Parameters<typeof NormalizedSchema.of>[0]>(),
    ],
    z.unknown(),
  ),
});

function commandOf(service: Service, operation: string, input: object): unknown {
  const name = `${operation.charAt(0).toUpperCase()}${operation.slice(1)}Command`;
  const Command: unknown = Reflect.get(SERVICES[service].commands, name);
  if (typeof Command !== 'function') throw new Error(`${service} has no ${operation}.`);
  const command: unknown = Reflect.construct(Command, [input]);
  const inputSchema = NormalizedSchema.of(commandSchema.parse(command).schema[4]);
  const unknown = unknownMembers(inputSchema, input);
  if (unknown.length === 0) return command;
  throw new Error(`${service} ${operation} knows no ${unknown.join(', ')}.`);
}

/** Buckets of a stand-in have no hosts of their own. */
const PATHS = { forcePathStyle: true };

function textAt(whole: unknown, path: string, what: string): string {
  const found = path.split('.').reduce<unknown>((at, name) => Reflect.get(Object(at), name), whole);
  if (typeof found === 'string') return found;
  throw new Error(`${what} has answered without the text ${path}.`);
}
