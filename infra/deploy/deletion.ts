import {
  DeleteStackCommand,
  UpdateTerminationProtectionCommand,
  paginateListStackResources,
} from '@aws-sdk/client-cloudformation';
import type { StackResourceSummary } from '@aws-sdk/client-cloudformation';
import { templateSchema } from './assembly.ts';
import type { AwsClients } from './aws-clients.ts';
import type { Wait } from './deployment.ts';
import { emptyBucket } from './empty-bucket.ts';
import { busyText, describeStack, isBusy, stackState, unlessGone } from './stack-state.ts';
import type { StackPlace } from './stack-state.ts';
import { isStateful } from './stateful-types.ts';
import type { Step } from './step.ts';
import { EXIT, Stopped } from './stopped.ts';

const POLL_MS = 5_000;
/** What writes into a bucket may do so until it is deleted itself. */
const ATTEMPTS = 3;

/** Something of a stack that holds data. */
export interface Holder {
  type: string;
  id: string;
  /** `Delete`, `Retain` or `Snapshot`: what becomes of it with its stack. */
  policy: string;
}

/** What holds data in a stack; undefined where there is no such stack. */
export async function holdersOf(
  aws: Pick<AwsClients, 'cloudFormation'>,
  place: StackPlace,
): Promise<Holder[] | undefined> {
  const state = await stackState(aws, place);
  if (state === undefined) return undefined;
  const { Resources } = templateSchema.parse(state.template);
  const resources = (await unlessGone(resourcesOf(aws, place))) ?? [];
  return resources
    .filter(
      ({ ResourceType = '', ResourceStatus = '' }) =>
        isStateful(ResourceType) && ResourceStatus !== 'DELETE_COMPLETE',
    )
    .map(({ LogicalResourceId = '', PhysicalResourceId = '', ResourceType = '' }) => ({
      type: ResourceType,
      id: PhysicalResourceId,
      policy: Resources[LogicalResourceId]?.DeletionPolicy ?? 'Delete',
    }));
}

async function resourcesOf(
  aws: Pick<AwsClients, 'cloudFormation'>,
  { name, region }: StackPlace,
): Promise<StackResourceSummary[]> {
  const client = aws.cloudFormation(region);
  const all: StackResourceSummary[] = [];
  for await (const page of paginateListStackResources({ client }, { StackName: name })) {
    all.push(...(page.StackResourceSummaries ?? []));
  }
  return all;
}

/** Deletes a stack, and before that what lies in buckets that go with it. */
export function deleteStackStep(
  place: StackPlace,
  {
    aws,
    wait,
    endProtection,
  }: { aws: Pick<AwsClients, 'cloudFormation' | 's3'>; wait: Wait; endProtection: boolean },
): Step {
  const { name, region } = place;
  const client = aws.cloudFormation(region);
  return {
    name: `delete stack ${name}`,
    async done() {
      return (await describeStack(aws, place)) === undefined ? 'gone' : undefined;
    },
    async run() {
      for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
        const status = (await describeStack(aws, place))?.StackStatus ?? '';
        if (isBusy(status) && status !== 'DELETE_IN_PROGRESS') {
          throw new Stopped(EXIT.busy, busyText(place, status));
        }
        if (status !== 'DELETE_IN_PROGRESS') {
          for (const { type, id, policy } of (await holdersOf(aws, place)) ?? []) {
            if (type === 'AWS::S3::Bucket' && policy === 'Delete') await emptyBucket(aws.s3, id);
          }
          if (endProtection) {
            await client.send(
              new UpdateTerminationProtectionCommand({
                StackName: name,
                EnableTerminationProtection: false,
              }),
            );
          }
          await client.send(new DeleteStackCommand({ StackName: name }));
        }
        if (await isDeleted(place, { aws, wait })) return 'deleted';
      }
      throw new Stopped(
        EXIT.failed,
        `The stack ${name} was not deleted. Read why with "aws cloudformation describe-stack-events --stack-name ${name} --region ${region}", mend that, then run this again. ` +
          'Network interfaces of a function in the VPC may take forty minutes to go.',
      );
    },
  };
}

/** Waits for the end of a deletion. */
async function isDeleted(
  place: StackPlace,
  { aws, wait }: { aws: Pick<AwsClients, 'cloudFormation'>; wait: Wait },
): Promise<boolean> {
  for (;;) {
    const status = (await describeStack(aws, place))?.StackStatus;
    if (status === undefined || status === 'DELETE_COMPLETE') return true;
    if (status !== 'DELETE_IN_PROGRESS') return false;
    await wait(POLL_MS);
  }
}
