import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { apiSettingsSchema } from '../services/api-settings.ts';
import { lambdaSettingsSchema } from '../services/realtime/lambda-settings.ts';
import { broadcastWorkerSettingsSchema } from '../services/relay/broadcast-worker-settings.ts';
import { relayProgramSettingsSchema } from '../services/relay/relay-program-settings.ts';
import {
  apiFunctionSettings,
  keepFunctionSettings,
  mailEventsFunctionSettings,
  runFunctionSettings,
} from '../services/reports/function/function-settings.ts';
import { REPORT_VARIABLES } from '../services/reports/report-variables.ts';
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

const OF_REPORT_FUNCTIONS = {
  api: apiFunctionSettings,
  run: runFunctionSettings,
  keep: keepFunctionSettings,
  mailEvents: mailEventsFunctionSettings,
};

/** What `services/reports/task.ts` reads besides. Of its text: with its types would come those of a client of AWS that is another here. */
const OF_REPORT_TASK = [
  ...readFileSync(
    join(import.meta.dirname, '..', 'services/reports/task-settings.ts'),
    'utf8',
  ).matchAll(/^ {2}(REPORT_\w+): z\./gm),
].map(([, name = '']) => name);

const READ: Readonly<Record<ProgramName, readonly string[]>> = {
  api: [...Object.keys(apiSettingsSchema.shape), ...OF_COLLECTOR],
  relay: [...Object.keys(relayProgramSettingsSchema.shape), ...OF_COLLECTOR],
  worker: [...Object.keys(broadcastWorkerSettingsSchema.shape), ...OF_COLLECTOR],
  realtime: [...Object.keys(lambdaSettingsSchema.shape), ...OF_DAEMON],
  reports: [
    ...Object.values(OF_REPORT_FUNCTIONS).flatMap(({ shape }) => Object.keys(shape)),
    ...OF_DAEMON,
  ],
  reportTask: [...Object.keys(REPORT_VARIABLES), ...OF_REPORT_TASK],
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

  it.each(Object.entries(OF_REPORT_FUNCTIONS))(
    'of reports %s is given what it reads, and nothing that another does',
    (handler, { shape }) => {
      const [found] = resourcesOf(stage, 'AWS::Lambda::Function').filter(
        ({ stack, properties }) =>
          stack === 'reports' && properties['Handler'] === `lambda.${handler}`,
      );
      const variables = at(found?.properties, 'Environment', 'Variables');
      const set = (isRecord(variables) ? Object.keys(variables) : []).filter(
        (name) => !OF_DAEMON.includes(name) && !(name in READ_BY_OTHERS),
      );

      expect(set.sort()).toEqual(
        Object.keys(shape)
          .filter((name) => !(name in UNSET))
          .sort(),
      );
    },
  );

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
