import { CreateScheduleGroupCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import { startMotoServer } from '@ordercast/platform/testing/moto-server.ts';
import { createEventBridgeScheduler } from '../eventbridge-scheduler.ts';
import type { EventBridgeSettings } from '../eventbridge-schedule.ts';
import type { Scheduler } from '../scheduler.ts';
import { startSchedulerServer } from './scheduler-server.ts';
import type { SchedulerServer } from './scheduler-server.ts';

export const SETTINGS: EventBridgeSettings = {
  group: 'reports',
  roleArn: 'arn:aws:iam::123456789012:role/reports-scheduler',
  deadLetterArn: 'arn:aws:sqs:eu-central-1:123456789012:reports-dead-letters',
  retry: { attempts: 10, maxAgeSeconds: 3_600 },
  functionArn: 'arn:aws:lambda:eu-central-1:123456789012:function:reports-run',
  task: {
    clusterArn: 'arn:aws:ecs:eu-central-1:123456789012:cluster/ordercast',
    definitionArn: 'arn:aws:ecs:eu-central-1:123456789012:task-definition/reports:7',
    container: 'reports',
    subnets: ['subnet-1', 'subnet-2'],
    securityGroups: ['sg-1'],
  },
  isHeavy: (kind) => kind === 'export',
};

export interface EventBridgeBed {
  scheduler: Scheduler;
  /** For what people do in the console. */
  client: SchedulerClient;
  close: () => Promise<void>;
}

/** moto takes seconds to start: one serves many tests, each of which begins and ends with an empty group. */
export async function startMotoScheduler(): Promise<{
  open: () => Promise<EventBridgeBed>;
  close: () => Promise<void>;
}> {
  const moto = await startMotoServer();
  const client = clientOf(moto.endpoint);
  await client.send(new CreateScheduleGroupCommand({ Name: SETTINGS.group }));
  const bed = bedOf(client, async () => {
    for (const name of await bed.scheduler.names()) await bed.scheduler.remove(name);
  });
  return {
    open: () => Promise.resolve(bed),
    close: async () => {
      client.destroy();
      await moto.close();
    },
  };
}

/** On a server of ours, which can be told to fail. */
export async function openScriptedBed(): Promise<EventBridgeBed & { server: SchedulerServer }> {
  const server = await startSchedulerServer();
  const client = clientOf(server.endpoint);
  const close = async (): Promise<void> => {
    client.destroy();
    await server.close();
  };
  return { ...bedOf(client, close), server };
}

function bedOf(client: SchedulerClient, close: () => Promise<void>): EventBridgeBed {
  return { scheduler: createEventBridgeScheduler(client, SETTINGS), client, close };
}

function clientOf(endpoint: string): SchedulerClient {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  return new SchedulerClient({ region: 'eu-central-1', endpoint, credentials, maxAttempts: 1 });
}
