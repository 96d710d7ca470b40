import { describe, expect, it } from 'vitest';
import { apiSettingsSchema } from '../services/api-settings.ts';
import { lambdaSettingsSchema } from '../services/realtime/lambda-settings.ts';
import { broadcastWorkerSettingsSchema } from '../services/relay/broadcast-worker-settings.ts';
import { relayProgramSettingsSchema } from '../services/relay/relay-program-settings.ts';
import { rotationSettingsSchema } from '../services/rotation/rotation-settings.ts';
import { DATABASE_VARIABLES } from '../platform/configured-database.ts';
import { tracingSettingsSchema } from '../platform/tracing/tracing-settings.ts';
import { at, isRecord, listAt, resourcesOf, textOf } from './rules/judged-stage.ts';
import type { JudgedStage } from './rules/judged-stage.ts';
import { STAGE_NAMES, judged } from './testing/assembly.ts';
import { READ_BY_OTHERS, UNSET } from './variables.ts';
import type { ProgramName } from './variables.ts';

/** `bootstrap` reads the passwords of the logins that it makes (`migrations/command/bootstrap-logins.ts`). */
const BOOTSTRAP_VARIABLES = ['APP_PASSWORD', 'MIGRATOR_PASSWORD', 'REPORTS_PASSWORD'];

/** What `platform/tracing` reads, of which a service sends to its collector and a function to Lambda's daemon. */
const OF_COLLECTOR = [
  'OTEL_EXPORTER_OTLP_ENDPOINT',
  'OTEL_SERVICE_NAME',
  'OTEL_TRACES_SAMPLER',
  'OTEL_TRACES_SAMPLER_ARG',
];
const OF_DAEMON = ['AWS_XRAY_DAEMON_ADDRESS', 'OTEL_SERVICE_NAME', 'OTEL_TRACES_EXPORTER'];

/** Of every run of a report, wherever it runs. */
const OF_RUNS = [
  ...Object.keys(DATABASE_VARIABLES),
  'LOG_LEVEL',
  'REPORTS_API_URL',
  'REPORTS_BUCKET',
  'REPORTS_CONFIGURATION_SET',
  'REPORTS_LINK_SECRET_ID',
  'REPORTS_MAIL_FROM',
  'REPORTS_MAX_RUNNING',
  'REPORTS_PAGE_URL',
  'REPORTS_TIME_ZONE',
  'S3_ENDPOINT',
  'SES_ENDPOINT',
];

const READ: Readonly<Record<ProgramName, readonly string[]>> = {
  api: [...Object.keys(apiSettingsSchema.shape), ...OF_COLLECTOR],
  relay: [...Object.keys(relayProgramSettingsSchema.shape), ...OF_COLLECTOR],
  worker: [...Object.keys(broadcastWorkerSettingsSchema.shape), ...OF_COLLECTOR],
  realtime: [...Object.keys(lambdaSettingsSchema.shape), ...OF_DAEMON],
  reports: [
    ...OF_RUNS,
    ...OF_DAEMON,
    'COGNITO_CLIENT_ID',
    'COGNITO_ISSUER',
    'CORS_ORIGINS',
    'REPORTS_CLUSTER',
    'REPORTS_CONTAINER',
    'REPORTS_FUNCTION',
    'REPORTS_SCHEDULE_CLUSTER_ARN',
    'REPORTS_SCHEDULE_DEAD_LETTER_ARN',
    'REPORTS_SCHEDULE_FUNCTION_ARN',
    'REPORTS_SCHEDULE_GROUP',
    'REPORTS_SCHEDULE_ROLE_ARN',
    'REPORTS_SECURITY_GROUP',
    'REPORTS_SUBNETS',
    'REPORTS_TASK_DEFINITION',
  ],
  reportTask: [
    ...OF_RUNS,
    'REPORT_RUN_ID',
    'REPORT_SCHEDULE_ARN',
    'REPORT_SCHEDULE_ID',
    'REPORT_SCHEDULED_TIME',
  ],
  rotation: [...Object.keys(rotationSettingsSchema.shape), ...OF_DAEMON],
  migrations: [...Object.keys(DATABASE_VARIABLES), ...BOOTSTRAP_VARIABLES],
};

/** Of what is no service. */
const TASKS_OF: Readonly<Partial<Record<ProgramName, RegExp>>> = {
  migrations: /^(Bootstrap|Migrate)Task/,
  reportTask: /^HeavyReportsTask/,
};

/** Names of the variables that each program is started with, of all its tasks or functions together. */
function setBy(stage: JudgedStage, program: ProgramName): string[] {
  const tasks = resourcesOf(stage, 'AWS::ECS::TaskDefinition')
    .filter(({ id }) => TASKS_OF[program]?.test(id) ?? new RegExp(`^${program}Task`, 'i').test(id))
    .flatMap(({ properties }) => listAt(properties, 'ContainerDefinitions').slice(0, 1))
    .flatMap((container) => [...listAt(container, 'Environment'), ...listAt(container, 'Secrets')])
    .map((variable) => textOf(at(variable, 'Name')));
  const functions = resourcesOf(stage, 'AWS::Lambda::Function')
    .filter(({ stack }) => stack === program)
    .map(({ properties }) => at(properties, 'Environment', 'Variables'))
    .flatMap((variables) => (isRecord(variables) ? Object.keys(variables) : []));
  return [...new Set([...tasks, ...functions])].sort();
}

const PROGRAMS = [
  'api',
  'relay',
  'worker',
  'realtime',
  'reports',
  'reportTask',
  'rotation',
  'migrations',
] as const;

describe.each(STAGE_NAMES)('in %s', (name) => {
  const stage = judged(name);

  it.each(PROGRAMS)('every variable that %s reads is set, or it is said why not', (program) => {
    const set = setBy(stage, program);

    expect(set).not.toEqual([]);
    expect(
      READ[program].filter((variable) => !set.includes(variable) && !(variable in UNSET)),
    ).toEqual([]);
  });

  it.each(PROGRAMS)('every variable that is set for %s is read', (program) => {
    const read = READ[program];
    const unread = setBy(stage, program).filter(
      (variable) => !read.includes(variable) && !(variable in READ_BY_OTHERS),
    );

    expect(unread).toEqual([]);
  });

  it('none is set of which it is said that it is not', () => {
    const set = PROGRAMS.flatMap((program) => setBy(stage, program));

    expect(set.filter((variable) => variable in UNSET)).toEqual([]);
  });

  it('all that others read are set for somebody', () => {
    const set = PROGRAMS.flatMap((program) => setBy(stage, program));

    expect(Object.keys(READ_BY_OTHERS).filter((variable) => !set.includes(variable))).toEqual([]);
  });
});

it('tracing reads what services and functions are given of it, and nothing else', () => {
  const read = Object.keys(tracingSettingsSchema.shape).sort();

  expect(read).toEqual([...new Set([...OF_COLLECTOR, ...OF_DAEMON])].sort());
});

it('nothing is excused that no program reads', () => {
  const read = Object.values(READ).flat();

  expect(Object.keys(UNSET).filter((variable) => !read.includes(variable))).toEqual([]);
});
