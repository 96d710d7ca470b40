import {
  CloudFormationServiceException,
  DescribeStacksCommand,
  GetTemplateCommand,
} from '@aws-sdk/client-cloudformation';
import type { Stack } from '@aws-sdk/client-cloudformation';
import { z } from 'zod';
import type { Json } from './assembly.ts';
import type { AwsClients } from './aws-clients.ts';
import { EXIT, Stopped } from './stopped.ts';

/** Where a stack is. */
export interface StackPlace {
  name: string;
  region: string;
}

/** A stack as CloudFormation has it. */
export interface StackState {
  status: string;
  /** As it was uploaded. */
  template: Json;
  outputs: Readonly<Record<string, string>>;
  terminationProtection: boolean;
  /** Of its last change, milliseconds since 1970. */
  changedAt: number;
  /** Name of the change set that it was last made or changed by. */
  changeSet: string | undefined;
}

const COMPLETE = ['CREATE_COMPLETE', 'UPDATE_COMPLETE', 'IMPORT_COMPLETE'];

/** Whether all that its template says is there, as far as CloudFormation knows. */
export function isComplete({ status }: Pick<StackState, 'status'>): boolean {
  return COMPLETE.includes(status);
}

/** What CloudFormation has by that name; undefined where it has nothing, or only the beginning of a first change set. */
export async function stackState(
  aws: Pick<AwsClients, 'cloudFormation'>,
  { name, region }: StackPlace,
): Promise<StackState | undefined> {
  const client = aws.cloudFormation(region);
  const stack = await describeStack(aws, { name, region });
  if (stack === undefined || stack.StackStatus === 'REVIEW_IN_PROGRESS') return undefined;
  // A stack that is being deleted may be gone by now.
  const original = await unlessGone(
    client.send(new GetTemplateCommand({ StackName: name, TemplateStage: 'Original' })),
  );
  if (original === undefined) return undefined;
  return {
    status: stack.StackStatus ?? '',
    template: parsed(original.TemplateBody ?? '{}'),
    outputs: outputsOf(stack),
    terminationProtection: stack.EnableTerminationProtection === true,
    changedAt: (stack.LastUpdatedTime ?? stack.CreationTime)?.getTime() ?? 0,
    changeSet: stack.ChangeSetId?.split('/').at(1),
  };
}

/** Undefined where there is no such stack. */
export async function describeStack(
  aws: Pick<AwsClients, 'cloudFormation'>,
  { name, region }: StackPlace,
): Promise<Stack | undefined> {
  const command = new DescribeStacksCommand({ StackName: name });
  return (await unlessGone(aws.cloudFormation(region).send(command)))?.Stacks?.[0];
}

/** Undefined where the stack that was asked about is not there. */
export async function unlessGone<Answer>(answer: Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof CloudFormationServiceException && /does not exist/.test(error.message)) {
      return undefined;
    }
    throw error;
  }
}

function outputsOf({ Outputs = [] }: Stack): Record<string, string> {
  return Object.fromEntries(
    Outputs.map(({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue]),
  );
}

/** Somebody may have put a template in YAML there by hand: whatever it is, it is not ours. */
function parsed(template: string): Json {
  try {
    return z.json().parse(JSON.parse(template));
  } catch {
    return {};
  }
}

/** Outputs of a stack that a step needs. Throws where the stack does not have them. */
export async function outputOf(
  aws: Pick<AwsClients, 'cloudFormation'>,
  place: StackPlace,
): Promise<(name: string) => string> {
  const stack = await describeStack(aws, place);
  const outputs = stack === undefined ? {} : outputsOf(stack);
  return (name) => {
    const value = outputs[name];
    if (value !== undefined) return value;
    throw new Stopped(
      EXIT.failed,
      `The stack ${place.name} has no output "${name}". Deploy it anew.`,
    );
  };
}

/** What to do about a state from which CloudFormation takes no new deployment; undefined where it takes one. */
export function stuckText({ name, region }: StackPlace, status: string): string | undefined {
  const on = `--stack-name ${name} --region ${region}`;
  switch (status) {
    case 'UPDATE_ROLLBACK_FAILED':
      return (
        `The stack ${name} is stuck: a deployment failed, and so did going back (UPDATE_ROLLBACK_FAILED). Read why with ` +
        `"aws cloudformation describe-stack-events ${on}", mend that, let it go back with ` +
        `"aws cloudformation continue-update-rollback ${on}", wait until it is UPDATE_ROLLBACK_COMPLETE, and run this again.`
      );
    case 'ROLLBACK_FAILED':
    case 'DELETE_FAILED':
    case 'CREATE_FAILED':
      return (
        `The stack ${name} is stuck: it could not be taken away again (${status}). Read why with ` +
        `"aws cloudformation describe-stack-events ${on}", mend that, delete it with ` +
        `"aws cloudformation delete-stack ${on}", and run this again.`
      );
    default:
      return undefined;
  }
}

/** While CloudFormation works on a stack it takes nothing else. */
export function isBusy(status: string): boolean {
  return status.endsWith('_IN_PROGRESS') && status !== 'REVIEW_IN_PROGRESS';
}

export function busyText({ name, region }: StackPlace, status: string): string {
  return (
    `CloudFormation is at work on the stack ${name} in ${region} for somebody else (${status}): another deployment, or ` +
    'one of another commit that was cut off. It comes to its end by itself. Wait until ' +
    `"aws cloudformation describe-stacks --stack-name ${name} --region ${region} --query 'Stacks[0].StackStatus'" says ` +
    'COMPLETE, talk to whoever it is, and run this again.'
  );
}
