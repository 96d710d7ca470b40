import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { CODE_TAG } from './makers/program-makers.ts';
import type { DeployedFunction } from './running-function.ts';
import type { Account } from './stand-in-account.ts';

/** One container of ours as its task definition says that it runs. */
export interface DeployedProgram {
  /** Such as `api`. */
  name: string;
  command: readonly string[];
  variables: Readonly<Record<string, string>>;
  /** Whose variables ECS reads from secrets: `<arn>:<key>::`. */
  secrets: Readonly<Record<string, string>>;
  port?: number;
}

const namedSchema = z.object({ name: z.string(), value: z.string() });
const taskSchema = z.object({
  taskDefinition: z.object({
    containerDefinitions: z.array(
      z.object({
        name: z.string(),
        image: z.string(),
        command: z.array(z.string()).default([]),
        environment: z.array(namedSchema).default([]),
        secrets: z.array(z.object({ name: z.string(), valueFrom: z.string() })).default([]),
        portMappings: z.array(z.object({ containerPort: z.number() })).default([]),
      }),
    ),
  }),
});

/** The containers of our image in a task definition, by its ARN or family; what others bring is left out. */
export async function programsOf(
  account: Account,
  taskDefinition: string,
): Promise<DeployedProgram[]> {
  const { whole } = await account.call('ecs', 'describeTaskDefinition', { taskDefinition });
  const { repositories } = z
    .object({ repositories: z.array(z.object({ repositoryUri: z.string() })) })
    .parse((await account.call('ecr', 'describeRepositories', {})).whole);
  const isOurs = (image: string) =>
    repositories.some(({ repositoryUri }) => image.startsWith(`${repositoryUri}:`));
  return taskSchema
    .parse(whole)
    .taskDefinition.containerDefinitions.filter(({ image }) => isOurs(image))
    .map(({ name, command, environment, secrets, portMappings: [mapping] }) => ({
      name,
      command,
      variables: Object.fromEntries(environment.map((one) => [one.name, one.value])),
      secrets: Object.fromEntries(secrets.map((one) => [one.name, one.valueFrom])),
      ...(mapping !== undefined && { port: mapping.containerPort }),
    }));
}

/** A service as ECS keeps it. */
export interface DeployedService {
  taskDefinition: string;
  desiredCount: number;
  loadBalancers: readonly { targetGroupArn: string; containerName: string }[];
}

const serviceSchema = z.object({
  taskDefinition: z.string(),
  desiredCount: z.number(),
  loadBalancers: z
    .array(z.object({ targetGroupArn: z.string(), containerName: z.string() }))
    .default([]),
});

export async function servicesOf(account: Account, cluster: string): Promise<DeployedService[]> {
  const { serviceArns } = z
    .object({ serviceArns: z.array(z.string()) })
    .parse((await account.call('ecs', 'listServices', { cluster })).whole);
  const found = await account.call('ecs', 'describeServices', { cluster, services: serviceArns });
  return z.object({ services: z.array(serviceSchema) }).parse(found.whole).services;
}

const functionsSchema = z.object({
  Functions: z.array(z.object({ FunctionName: z.string(), FunctionArn: z.string() })),
});
const configurationSchema = z.object({
  Configuration: z.object({
    Handler: z.string(),
    Environment: z.object({ Variables: z.record(z.string(), z.string()) }),
  }),
  Tags: z.record(z.string(), z.string()),
});

/** Every function, with the folder of the assembly that holds its code. */
export async function functionsOf(
  account: Account,
  assembly: string,
): Promise<(DeployedFunction & { arn: string })[]> {
  const { Functions } = functionsSchema.parse(
    (await account.call('lambda', 'listFunctions', {})).whole,
  );
  return Promise.all(
    Functions.map(async ({ FunctionName, FunctionArn }) => {
      const { whole } = await account.call('lambda', 'getFunction', { FunctionName });
      const { Configuration, Tags } = configurationSchema.parse(whole);
      return {
        name: FunctionName,
        arn: FunctionArn,
        handler: Configuration.Handler,
        variables: Configuration.Environment.Variables,
        folder: join(assembly, folderOf(assembly, Tags[CODE_TAG] ?? '')),
      };
    }),
  );
}

/** `<hash>.zip` of the bucket is `asset.<hash>` of the assembly. */
function folderOf(assembly: string, key: string): string {
  const folder = `asset.${key.replace(/\.zip$/, '')}`;
  if (readdirSync(assembly).includes(folder)) return folder;
  throw new Error(`The assembly holds no code ${key}.`);
}
