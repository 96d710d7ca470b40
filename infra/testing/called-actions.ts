import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '..', '..');
/** Folders of the packages of ours, as `package.json` names them. */
const PACKAGES: Readonly<Record<string, string>> = {
  '@ordercast/platform': 'platform',
  '@ordercast/contract': 'services/contract',
  '@ordercast/websocket': 'websocket',
  '@ordercast/protocol': 'websocket/protocol',
};
const IMPORT = /^(?:import|export)\s(?!type\b)[^'"]*?from\s+'([^']+)'/gm;
const COMMAND = /\b(?:new (\w+)Command|paginate([A-Z]\w+))\(/g;

/** What a command of the SDK asks of IAM: service authorization reference. */
const ACTIONS: Readonly<Record<string, readonly string[]>> = {
  Get: ['dynamodb:GetItem'],
  Put: ['dynamodb:PutItem'],
  Update: ['dynamodb:UpdateItem'],
  Delete: ['dynamodb:DeleteItem'],
  Query: ['dynamodb:Query'],
  Scan: ['dynamodb:Scan'],
  SendMessageBatch: ['sqs:SendMessage'],
  GetSecretValue: ['secretsmanager:GetSecretValue'],
  DescribeSecret: ['secretsmanager:DescribeSecret'],
  PutSecretValue: ['secretsmanager:PutSecretValue'],
  UpdateSecretVersionStage: ['secretsmanager:UpdateSecretVersionStage'],
  GetIntegrations: ['apigateway:GET'],
  GetIntegration: ['apigateway:GET'],
  UpdateIntegration: ['apigateway:PATCH'],
  PostToConnection: ['execute-api:ManageConnections'],
  DeleteConnection: ['execute-api:ManageConnections'],
  AdminAddUserToGroup: ['cognito-idp:AdminAddUserToGroup'],
  AdminCreateUser: ['cognito-idp:AdminCreateUser'],
  AdminDisableUser: ['cognito-idp:AdminDisableUser'],
  AdminEnableUser: ['cognito-idp:AdminEnableUser'],
  AdminSetUserPassword: ['cognito-idp:AdminSetUserPassword'],
  ListUsersInGroup: ['cognito-idp:ListUsersInGroup'],
  CreateDeployment: ['amplify:CreateDeployment'],
  GetJob: ['amplify:GetJob'],
  ListJobs: ['amplify:ListJobs'],
  StartDeployment: ['amplify:StartDeployment'],
  StartJob: ['amplify:StartJob'],
  StopJob: ['amplify:StopJob'],
  DescribeStackEvents: ['cloudformation:DescribeStackEvents'],
  DescribeStacks: ['cloudformation:DescribeStacks'],
  GetTemplate: ['cloudformation:GetTemplate'],
  ListStackResources: ['cloudformation:ListStackResources'],
  DescribeImages: ['ecr:DescribeImages'],
  GetAuthorizationToken: ['ecr:GetAuthorizationToken'],
  DescribeServices: ['ecs:DescribeServices'],
  DescribeTasks: ['ecs:DescribeTasks'],
  ListTasks: ['ecs:ListTasks'],
  // The roles of the task are handed on to ECS.
  RunTask: ['ecs:RunTask', 'iam:PassRole'],
  GetLogEvents: ['logs:GetLogEvents'],
  GetObject: ['s3:GetObject'],
  HeadObject: ['s3:GetObject'],
  PutObject: ['s3:PutObject'],
  DeleteObject: ['s3:DeleteObject'],
  DeleteObjects: ['s3:DeleteObject'],
  CreateMultipartUpload: ['s3:PutObject'],
  UploadPart: ['s3:PutObject'],
  CompleteMultipartUpload: ['s3:PutObject'],
  AbortMultipartUpload: ['s3:AbortMultipartUpload'],
  ListMultipartUploads: ['s3:ListBucketMultipartUploads'],
  ListObjectsV2: ['s3:ListBucket'],
  SendEmail: ['ses:SendEmail'],
  Invoke: ['lambda:InvokeFunction'],
  // The role that starts its target is handed on to Scheduler.
  CreateSchedule: ['scheduler:CreateSchedule', 'iam:PassRole'],
  UpdateSchedule: ['scheduler:UpdateSchedule', 'iam:PassRole'],
  DeleteSchedule: ['scheduler:DeleteSchedule'],
  GetSchedule: ['scheduler:GetSchedule'],
  ListSchedules: ['scheduler:ListSchedules'],
};

/** Commands that ask for no right, or that what is deployed never sends, and why. */
export const WITHOUT_RIGHT: Readonly<Record<string, string>> = {
  GetCallerIdentity: 'everybody may ask who they are',
  CreateQueue: 'the infrastructure makes queues; only a laptop calls it',
  CreateTable: 'the infrastructure makes tables; only a laptop calls it',
  GetQueueAttributes: 'for the depth of a queue, which a laptop and the tests ask for',
  GetUser: "asked with the caller's own token",
};

/** Packages that call AWS by themselves. */
const CALLING_PACKAGES: Readonly<Record<string, readonly string[]>> = {
  'sqs-consumer': ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:ChangeMessageVisibility'],
};
/** What signs posts itself, without a command of the SDK. */
const SIGNED_POSTS = 'websocket/fanout/signed-connection-client.ts';

/** The files that a program is made of, and the packages of others that they import. */
function modulesOf(entry: string): { files: Set<string>; packages: Set<string> } {
  const files = new Set<string>();
  const packages = new Set<string>();
  const visit = (file: string): void => {
    if (files.has(file)) return;
    files.add(file);
    for (const [, name = ''] of readFileSync(join(ROOT, file), 'utf8').matchAll(IMPORT)) {
      const own = Object.keys(PACKAGES).find((one) => name.startsWith(`${one}/`));
      if (name.startsWith('.')) visit(join(dirname(file), name));
      else if (own !== undefined) visit(join(PACKAGES[own] ?? '', name.slice(own.length)));
      else packages.add(name);
    }
  };
  visit(entry);
  return { files, packages };
}

/** The actions of AWS that a program's code calls, sorted. Throws where it meets a command that it does not know. */
export function calledActions(entry: string): string[] {
  const { files, packages } = modulesOf(entry);
  const byCommand = [...files].flatMap((file) =>
    [...readFileSync(join(ROOT, file), 'utf8').matchAll(COMMAND)].flatMap(([, sent, paged]) => {
      const command = sent ?? paged ?? '';
      if (command in WITHOUT_RIGHT) return [];
      const actions = ACTIONS[command];
      if (actions === undefined)
        throw new Error(`${file} sends ${command}Command: which right is that?`);
      return actions;
    }),
  );
  const byPackage = [...packages].flatMap((name) => CALLING_PACKAGES[name] ?? []);
  const signed = files.has(SIGNED_POSTS) ? ['execute-api:ManageConnections'] : [];
  return [...new Set([...byCommand, ...byPackage, ...signed])].sort();
}
