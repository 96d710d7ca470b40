import type { App } from 'aws-cdk-lib';
import type { StageSettings } from './settings/stage-settings.ts';
import { DataStack } from './stacks/data-stack.ts';
import { FirewallStack } from './stacks/firewall-stack.ts';
import { IdentityStack } from './stacks/identity-stack.ts';
import { ImagesStack } from './stacks/images-stack.ts';
import { MigrationsStack } from './stacks/migrations-stack.ts';
import { NetworkStack } from './stacks/network-stack.ts';
import { ObservabilityStack } from './stacks/observability-stack.ts';
import { PipelineStack } from './stacks/pipeline-stack.ts';
import { RealtimeStack } from './stacks/realtime-stack.ts';
import { ReportsStack } from './stacks/reports-stack.ts';
import { RotationStack } from './stacks/rotation-stack.ts';
import { ServicesStack } from './stacks/services-stack.ts';
import { WebStack } from './stacks/web-stack.ts';

/** The stacks of a stage, in the order in which they are deployed. `image` is the programs' image: its digest, or its tag. */
export function ordercast(app: App, settings: StageSettings, image: string): void {
  const images = new ImagesStack(app, settings);
  const { network } = new NetworkStack(app, settings);
  const data = new DataStack(app, settings, { network });
  const { tables, broadcasts, database } = data;
  const identity = new IdentityStack(app, settings);
  const { tokens, page } = identity;
  const pageOrigin = page.origin;
  const realtimeStack = new RealtimeStack(app, settings, { tables, tokens, pageOrigin });
  const { realtime } = realtimeStack;
  const migrations = new MigrationsStack(app, settings, {
    network,
    data,
    repository: images.repository,
    image,
  });
  const { platform } = migrations;
  const services = new ServicesStack(app, settings, {
    network,
    data,
    tokens,
    realtime,
    platform,
    pageOrigin,
  });
  const { orders } = services;
  const rotation = new RotationStack(app, settings, { network, data, orders });
  const reports = new ReportsStack(app, settings, {
    network,
    data,
    tokens,
    platform,
    orders,
    pageOrigin,
  });
  new WebStack(app, settings, { identity, apiUrl: orders.url, realtimeUrl: realtime.url });
  new FirewallStack(app, settings, { page });
  new ObservabilityStack(app, settings, {
    journeys: [
      { title: 'An order is placed and worked', alarms: services.alarms },
      {
        title: 'A change reaches everybody',
        alarms: [...realtimeStack.alarms, ...tables.alarms, ...broadcasts.alarms],
      },
      { title: 'A report comes when it was asked for', alarms: reports.alarms },
      { title: 'What all stand on', alarms: [...database.alarms, ...rotation.alarms] },
    ],
  });
  if (settings.pipeline !== undefined) {
    new PipelineStack(app, settings, settings.pipeline, { images, identity, migrations });
  }
}
