/** The programs that are deployed, and the modules that they begin with. */
export const ENTRIES = {
  api: 'services/api.ts',
  relay: 'services/relay/main.ts',
  worker: 'services/relay/broadcast-worker.ts',
  realtime: 'services/realtime/lambda.ts',
  reports: 'services/reports/lambda.ts',
  reportTask: 'services/reports/task.ts',
  rotation: 'services/rotation/lambda.ts',
  migrations: 'migrations/main.ts',
} as const;

export type ProgramName = keyof typeof ENTRIES;

/** Variables that programs read and no construct sets, and why. */
export const UNSET: Readonly<Record<string, string>> = {
  AWS_XRAY_DAEMON_ADDRESS: 'Lambda sets it itself',
  AWS_REGION: 'ECS and Lambda set it themselves',
  COGNITO_ENDPOINT: "only where another server than the Region's own stands for Cognito: a laptop",
  COGNITO_JWKS_URI: 'the keys of a pool lie at its issuer; elsewhere on a laptop alone',
  DATABASE_URL: 'a secret names the database, and changes while programs run',
  DYNAMODB_ENDPOINT:
    "only where another server than the Region's own stands for DynamoDB: a laptop",
  HOST: 'a task has one address, and the default listens on it',
  REPORT_RUN_ID: 'whoever starts a task tells it its run',
  REPORT_SCHEDULED_TIME: 'EventBridge Scheduler tells a task the time that it is for',
  REPORT_SCHEDULE_ARN: 'EventBridge Scheduler tells a task its schedule',
  REPORT_SCHEDULE_ID: 'EventBridge Scheduler tells a task its schedule',
  S3_ENDPOINT: "only where another server than the Region's own stands for S3: a laptop",
  SES_ENDPOINT: "only where another server than the Region's own stands for SES: a laptop",
  SQS_ENDPOINT: "only where another server than the Region's own stands for SQS: a laptop",
};

/** Variables that constructs set and that no schema of ours reads, and who does. */
export const READ_BY_OTHERS: Readonly<Record<string, string>> = {
  NODE_OPTIONS: 'Node itself',
};
