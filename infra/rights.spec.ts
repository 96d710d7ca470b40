import { describe, expect, it } from 'vitest';
import { statementsOf } from './rules/access-rules.ts';
import { listAt, resolved, resourcesOf, textOf } from './rules/judged-stage.ts';
import type { JudgedStage } from './rules/judged-stage.ts';
import { STAGE_NAMES, judged } from './testing/assembly.ts';
import { calledActions } from './testing/called-actions.ts';
import { ENTRIES } from './variables.ts';
import type { ProgramName } from './variables.ts';

/** Rights that a role has for what is not our code: logs, traces, the key of the secrets that it may read. */
const OF_THE_PLATFORM = /^(logs|xray|kms|ecr|ec2):/;

/**
 * What a program's modules could call and its own way through them never does. A right that is missing shows at once, as an
 * error that names it; one that nobody needs shows never.
 */
const NEVER_CALLED: Readonly<Partial<Record<ProgramName, Readonly<Record<string, string>>>>> = {
  relay: { 'dynamodb:Scan': 'the reaper and whoever ends access look through all connections' },
  worker: {
    'dynamodb:PutItem': 'a worker delivers what the log holds, and appends nothing',
    'dynamodb:Scan': 'the reaper and whoever ends access look through all connections',
    'sqs:SendMessage': 'the relay fills the queue',
  },
};

/** The actions that a role may take, by its own policies and by managed ones of ours. */
function granted(stage: JudgedStage, isRole: (id: string) => boolean): string[] {
  return allGranted(stage, isRole).filter((action) => !OF_THE_PLATFORM.test(action));
}

function allGranted(stage: JudgedStage, isRole: (id: string) => boolean): string[] {
  const policies = statementsOf(stage).filter(({ found, resources }) => {
    // Lambda itself puts aside there what a function could not do.
    if (resources.every((resource) => resource.includes('DeadLetters'))) return false;
    const name = `${found.stack}/${found.id}`;
    const roles = listAt(resolved(stage, found.stack, found.properties), 'Roles').map(textOf);
    const attached = resourcesOf(stage, 'AWS::IAM::Role')
      .filter(({ stack, properties }) =>
        listAt(resolved(stage, stack, properties), 'ManagedPolicyArns').includes(name),
      )
      .map(({ stack, id }) => `${stack}/${id}`);
    return [...roles, ...attached].some(isRole);
  });
  return [...new Set(policies.flatMap((statement) => statement.actions))].sort();
}

describe.each(STAGE_NAMES)('in %s', (name) => {
  const stage = judged(name);

  it.each([
    ['api', /^services\/ApiTaskTaskRole/],
    ['relay', /^services\/RelayTaskTaskRole/],
    ['worker', /^services\/WorkerTaskTaskRole/],
    ['rotation', /^rotation\/RotationRole/],
    ['realtime', /^realtime\/\w+Role[0-9A-F]{8}$/],
  ] as const)('%s may do what its code calls, and nothing else', (program, role) => {
    const excused = Object.keys(NEVER_CALLED[program] ?? {});
    const called = calledActions(ENTRIES[program]);

    expect(granted(stage, (id) => role.test(id))).toEqual(
      called.filter((action) => !excused.includes(action)),
    );
    expect(excused.filter((action) => !called.includes(action))).toEqual([]);
  });

  it.each(['Bootstrap', 'Migrate'])('%s reads its secret, and does nothing else on AWS', (task) => {
    const role = new RegExp(`^migrations/${task}TaskTaskRole`);

    expect(granted(stage, (id) => role.test(id))).toEqual(calledActions(ENTRIES.migrations));
  });

  it('no function of the WebSocket API may do more than another part of its bundle does', () => {
    const called = calledActions(ENTRIES.realtime);
    const scanning = granted(stage, (id) => id.startsWith('realtime/MessageRole'));

    expect(called).toContain('dynamodb:Scan');
    expect(scanning).not.toContain('dynamodb:Scan');
  });
});

/** What others do in the name of a deployment: the CDK and docker. */
const BY_OTHERS = [
  'sts:AssumeRole',
  'ecr:BatchCheckLayerAvailability',
  'ecr:BatchGetImage',
  'ecr:CompleteLayerUpload',
  'ecr:GetDownloadUrlForLayer',
  'ecr:InitiateLayerUpload',
  'ecr:PutImage',
  'ecr:UploadLayerPart',
];

it('a workflow may do what a deployment calls, and cannot delete the stage', () => {
  const stage = judged('prod');
  const actions = allGranted(stage, (id) => /^pipeline\/Deploy[0-9A-F]{8}$/.test(id));
  const called = calledActions('infra/deploy/main.ts');

  expect(actions).toEqual([...called, ...BY_OTHERS].sort());
  expect(called).not.toContain('cloudformation:DeleteStack');
});

it('a workflow reads stacks wherever the stage has some', () => {
  const stage = judged('prod');
  const regions = statementsOf(stage)
    .filter(
      ({ found, actions }) =>
        found.stack === 'pipeline' && actions.includes('cloudformation:GetTemplate'),
    )
    .flatMap(({ resources }) => resources.map((resource) => resource.split(':')[3]));

  expect([...new Set(regions)].sort()).toEqual(['eu-central-1', 'us-east-1']);
});
