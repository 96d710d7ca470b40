import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, inject, it } from 'vitest';
import { z } from 'zod';
import { readAssembly, templateSchema } from './assembly.ts';
import type { Json } from './assembly.ts';
import { STACKS } from './deploy-steps.ts';
import { assertNothingLost, planText } from './plan.ts';
import { isAtRisk, stackChanges } from './stack-changes.ts';
import { Stopped } from './stopped.ts';

const assembly = () => readAssembly(inject('assemblies').dev);

type Template = z.infer<typeof templateSchema>;

/** What would change if each stack were deployed as it is, but one were deployed otherwise. */
function changesFrom(id: string, otherwise: (template: Template) => void) {
  const deployed = new Map<string, Json>();
  for (const stack of assembly().stacks) {
    const template = templateSchema.parse(stack.template);
    if (stack.id === id) otherwise(template);
    deployed.set(stack.id, z.json().parse(JSON.parse(JSON.stringify(template))));
  }
  return stackChanges(assembly(), deployed);
}

function only(template: Template, type: string) {
  const found = Object.entries(template.Resources).find(([, { Type }]) => Type === type);
  if (found === undefined) throw new Error(`There is no ${type}.`);
  const [logicalId, resource] = found;
  return { logicalId, resource };
}

const set = (type: string, property: string, value: Json) => (template: Template) => {
  only(template, type).resource.Properties[property] = value;
};
const rename = (type: string) => (template: Template) => {
  const { logicalId, resource } = only(template, type);
  const others = Object.entries(template.Resources).filter(([id]) => id !== logicalId);
  template.Resources = { ...Object.fromEntries(others), [`Former${logicalId}`]: resource };
};
const withDeletionPolicy = (type: string) => (template: Template) => {
  only(template, type).resource.DeletionPolicy = 'Retain';
  rename(type)(template);
};

const risksIn = (changes: ReturnType<typeof stackChanges>) =>
  changes.flatMap(({ resources }) => resources.filter(isAtRisk));

describe('a plan', () => {
  it.each([
    ['a table', 'data', set('AWS::DynamoDB::GlobalTable', 'TableName', 'other'), 'replaced'],
    ['a table', 'data', rename('AWS::DynamoDB::GlobalTable'), 'removed'],
    ['a table', 'data', withDeletionPolicy('AWS::DynamoDB::GlobalTable'), 'left behind'],
    ['the pool', 'identity', rename('AWS::Cognito::UserPool'), 'removed'],
    ['the database', 'data', set('AWS::RDS::DBInstance', 'StorageEncrypted', false), 'replaced'],
    ['the database', 'data', set('AWS::RDS::DBInstance', 'DBInstanceIdentifier', 'x'), 'replaced'],
    ['the key', 'data', rename('AWS::KMS::Key'), 'removed'],
    ['the images', 'images', set('AWS::ECR::Repository', 'RepositoryName', 'x'), 'replaced'],
    ['a bucket', 'realtime', rename('AWS::S3::Bucket'), 'removed'],
    ['a log', 'services', set('AWS::Logs::LogGroup', 'LogGroupName', 'x'), 'replaced'],
  ])('refuses that %s of %s is lost', (_what, stack, otherwise, change) => {
    const changes = changesFrom(stack, otherwise);

    const [risk] = risksIn(changes).filter((one) => one.change.endsWith(change));
    expect(risk?.id).toMatch(new RegExp(`^${stack}/`));
    const refused = caught(() => assertNothingLost(changes, []));
    expect(refused.exitCode).toBe(4);
    expect(refused.message).toContain(`--replace ${risk?.id}`);
    expect(planText(changes, { all: true }).join('\n')).toMatch(/HOLDS DATA/);
  });

  it('lets go what is named, each by its name, and takes no name that is none', () => {
    const changes = changesFrom('data', rename('AWS::KMS::Key'));
    const names = risksIn(changes).map(({ id }) => id);

    expect(() => assertNothingLost(changes, names)).not.toThrow();
    expect(caught(() => assertNothingLost(changes, names.slice(1))).exitCode).toBe(4);
    expect(caught(() => assertNothingLost(changes, [...names, 'data/Other'])).exitCode).toBe(2);
  });

  it('sees that what is replaced in one stack replaces what reads it in another', () => {
    const changes = changesFrom('network', set('AWS::EC2::VPC', 'CidrBlock', '10.99.0.0/16'));

    const replaced = changes
      .flatMap(({ resources }) => resources)
      .filter(({ change }) => change === 'replaced');
    expect(replaced).toContainEqual(
      expect.objectContaining({
        type: 'AWS::ElasticLoadBalancingV2::TargetGroup',
        because: ['VpcId'],
      }),
    );
  });

  it('has nothing to say where all is as it shall be', () => {
    const changes = changesFrom('data', () => undefined);

    expect(planText(changes, { all: true })).toEqual(['The stacks are as they shall be.']);
    expect(() => assertNothingLost(changes, [])).not.toThrow();
  });

  it('tells apart the rights that it would give', () => {
    const changes = changesFrom('migrations', (template) => {
      const { resource } = only(template, 'AWS::IAM::Policy');
      resource.Properties['PolicyDocument'] = { Statement: [] };
    });

    const lines = planText(changes, { all: true });
    expect(lines).toContain('Rights and firewalls of migrations:');
    expect(lines.slice(lines.indexOf('Rights and firewalls of migrations:')).join('\n')).toMatch(
      /\+.*secretsmanager:GetSecretValue/,
    );
  });
});

it('deploys every stack that the app makes, those that are read before those that read', () => {
  // With a role for workflows, which dev has not.
  const { stacks } = readAssembly(inject('assemblies').prod);
  expect(stacks.map(({ id }) => id).toSorted()).toEqual([...STACKS].toSorted());
  for (const [index, id] of STACKS.entries()) {
    const reads = stacks.find((stack) => stack.id === id)?.reads ?? [];
    expect(reads.filter((other) => !STACKS.slice(0, index).some((one) => one === other))).toEqual(
      [],
    );
  }
});

it('documents every exit code', () => {
  const page = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'deploy.md'), 'utf8');
  for (const code of [0, 1, 2, 3, 4, 5, 6])
    expect(page).toMatch(new RegExp(`^\\| ${code} +\\|`, 'm'));
});

function caught(act: () => void): Stopped {
  try {
    act();
  } catch (error) {
    if (error instanceof Stopped) return error;
    throw error;
  }
  throw new Error('It was not refused.');
}
