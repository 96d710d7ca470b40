import { administratorStep } from './administrator-step.ts';
import type { DeployArguments } from './arguments.ts';
import { bootstrapStep } from './bootstrap-step.ts';
import type { Deployment } from './deployment.ts';
import { imageStep } from './image-step.ts';
import { migrateStep } from './migrate-step.ts';
import type { Ask } from './migrate-step.ts';
import { pageStep } from './page-step.ts';
import { servicesStep } from './services-step.ts';
import { smokeStep } from './smoke-step.ts';
import { stackStep } from './stack-step.ts';
import type { Step } from './step.ts';
import { templatesStep } from './templates-step.ts';
import type { Templates } from './templates-step.ts';
import { toolkitStep } from './toolkit-step.ts';

/** Every stack, in the order in which they are deployed. */
export const STACKS = [
  'images',
  'network',
  'data',
  'identity',
  'realtime',
  'migrations',
  'services',
  'rotation',
  'reports',
  'web',
  'firewall',
  'observability',
  'pipeline',
] as const;

type StackId = (typeof STACKS)[number];

/** All of a deployment, in order: no service before its database, no page before its firewall. */
export function deploySteps(
  deployment: Deployment,
  { args, templates, ask }: { args: DeployArguments; templates: Templates; ask: Ask | undefined },
): Step[] {
  const stack = (id: StackId) => stackStep(deployment, id);
  const regions = new Set(deployment.assembly.stacks.map(({ region }) => region));
  return [
    ...[...regions].map((region) => toolkitStep(deployment, region)),
    stack('images'),
    imageStep(deployment),
    templatesStep(deployment, templates),
    stack('network'),
    stack('data'),
    stack('identity'),
    stack('realtime'),
    stack('migrations'),
    ...(args.skipMigrations
      ? []
      : [bootstrapStep(deployment), migrateStep(deployment, { given: args.approve, ask })]),
    stack('services'),
    servicesStep(deployment),
    stack('rotation'),
    stack('reports'),
    stack('web'),
    stack('firewall'),
    pageStep(deployment),
    stack('observability'),
    ...(args.settings.pipeline === undefined ? [] : [stack('pipeline')]),
    administratorStep(deployment, args.administrator),
    ...(args.skipSmoke ? [] : [smokeStep(deployment)]),
  ];
}
