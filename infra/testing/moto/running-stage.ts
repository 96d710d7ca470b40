import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCognito } from '@ordercast/emulators/cognito/create-cognito.ts';
import type { SeedUser } from '@ordercast/emulators/cognito/create-cognito.ts';
import { portOf } from '@ordercast/platform/testing/port-of.ts';
import { z } from 'zod';
import type { DeployedResource } from './deploy.ts';
import { readApi } from './deployed-gateways.ts';
import type { Integration } from './deployed-gateways.ts';
import { functionsOf } from './deployed-stage.ts';
import { createHttpApi } from './http-api.ts';
import type { HttpApiOptions } from './http-api.ts';
import { startFunction } from './running-function.ts';
import type { RunningFunction } from './running-function.ts';
import { startServices, taskRunner } from './stage-tasks.ts';
import type { RunTask, RunningTask } from './stage-tasks.ts';
import type { Account } from './stand-in-account.ts';
import { issuerAt, variablesHere } from './variables.ts';
import type { Surroundings } from './variables.ts';
import { createWebSocketApi } from './websocket-api.ts';

export interface StageOptions {
  /** The cloud assembly, which holds the functions' code. */
  assembly: string;
  resources: readonly DeployedResource[];
  account: Account;
  /** Where moto listens. */
  aws: string;
  users: readonly SeedUser[];
  /** Of all users. */
  password: string;
  databaseUrl: (folder: string) => string | undefined;
  caFile: string;
  /** Of one service; as many as it shall have unless given. */
  mostTasks?: number;
  /** Makes what the services need, by tasks such as `migrate`. */
  beforeServices: (
    given: Pick<StageOptions, 'account' | 'resources'> & {
      runTask: RunTask;
      surroundings: Surroundings;
    },
  ) => Promise<void>;
}

export interface RunningStage {
  /** Of the page, whose `/config.json` names the APIs. */
  url: string;
  apiUrl: string;
  realtimeUrl: string;
  /** Of the order API itself, behind its gateway. */
  orderApi: string;
  surroundings: Surroundings;
  tasks: readonly RunningTask[];
  /** Throws where there is none of that ARN. */
  functionBy: (arn: string) => RunningFunction;
  /** Called before each request that passes the HTTP API, which waits for it. */
  beforeRequest: (listener: HttpApiOptions['beforeRequest']) => void;
  close: () => Promise<void>;
}

/**
 * Runs a deployed stage on this machine: every function and every service as moto says that it is defined, behind both
 * APIs as they are deployed, with what stands in for the rest of AWS around them.
 */
export async function startStage(options: StageOptions): Promise<RunningStage> {
  const { account, resources } = options;
  const folder = mkdtempSync(join(tmpdir(), 'ordercast-stage-'));
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const host = `127.0.0.1:${portOf(server)}`;
  const url = `http://${host}`;
  const realtime = await readApi(account, 'WEBSOCKET');
  const orders = await readApi(account, 'HTTP');
  const surroundings: Surroundings = {
    aws: options.aws,
    region: account.region,
    cognito: `${url}/cognito`,
    callbackEndpoint: `${url}/${realtime.stage}`,
    databaseUrl: options.databaseUrl(folder),
    caFile: options.caFile,
  };
  const functions = await startFunctions(options, surroundings);
  const functionBy = (arn: string): RunningFunction => {
    const found = functions.get(arn);
    if (found === undefined) throw new Error(`There is no function ${arn}.`);
    return found;
  };
  const cognito = await emulatedPool(options, surroundings.cognito);
  const gateway = await createWebSocketApi(realtime, host, functionBy);
  let tasks: readonly RunningTask[] = [];
  let beforeRequest: HttpApiOptions['beforeRequest'] = () => Promise.resolve();
  const targetOf = (integration: Integration) => taskBehind(integration, tasks, account);
  const httpApi = createHttpApi({
    api: orders,
    targetOf,
    issuerAt: (issuer) => issuerAt(issuer, surroundings.cognito),
    beforeRequest: (method, path) => beforeRequest(method, path),
  });
  const config = {
    ...pageConfig(resources),
    cognitoEndpoint: surroundings.cognito,
    apiUrl: `${url}/api`,
    realtimeUrl: `ws://${host}/${realtime.stage}`,
  };
  server.on('upgrade', gateway.handleUpgrade);
  server.on('request', (request, response) => {
    const { url: path = '/' } = request;
    if (path.startsWith('/cognito')) {
      request.url = path.slice('/cognito'.length) || '/';
      void cognito.handle(request, response);
    } else if (path.startsWith('/api/')) {
      httpApi(request, response, path.slice('/api'.length)).catch((error: unknown) => {
        response.writeHead(500).end(String(error));
      });
    } else if (path === '/config.json') {
      response.setHeader('Content-Type', 'application/json').end(JSON.stringify(config));
    } else if (!gateway.handleRequest(request, response)) {
      response.writeHead(404).end();
    }
  });
  const close = async (): Promise<void> => {
    for (const { child } of tasks) child.kill('SIGKILL');
    await Promise.all(tasks.map(({ child }) => child.ended));
    await gateway.close();
    await Promise.all([...functions.values()].map((one) => one.stop()));
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
    await cognito.close();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const runTask = taskRunner(account, surroundings);
    await options.beforeServices({ account, resources, runTask, surroundings });
    const cluster = refOf(resources, 'AWS::ECS::Cluster');
    tasks = await startServices(account, cluster, surroundings, options.mostTasks ?? Infinity);
    const [route] = orders.routes;
    if (route === undefined) throw new Error('The HTTP API has no route.');
    const orderApi = await targetOf(await orders.integrationOf(route));
    const { apiUrl, realtimeUrl } = config;
    return {
      ...{ url, apiUrl, realtimeUrl, orderApi, surroundings, tasks, functionBy, close },
      beforeRequest: (listener) => {
        beforeRequest = listener;
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** What `Ref` gives of the one resource of a type. */
export function refOf(resources: readonly DeployedResource[], type: string): string {
  const [resource, ...others] = resources.filter((one) => one.type === type);
  if (resource === undefined || others.length > 0) throw new Error(`There is not one ${type}.`);
  return resource.ref;
}

const listenersSchema = z.object({
  Listeners: z.tuple([
    z.object({ DefaultActions: z.tuple([z.object({ TargetGroupArn: z.string() })]) }),
  ]),
});

/** The address of the task to whose target group a listener sends what comes; waits until it listens. */
async function taskBehind(
  { IntegrationUri }: Integration,
  tasks: readonly RunningTask[],
  account: Account,
): Promise<string> {
  const ListenerArns = [IntegrationUri];
  const { whole } = await account.call('elb', 'describeListeners', { ListenerArns });
  const [{ TargetGroupArn }] = listenersSchema.parse(whole).Listeners[0].DefaultActions;
  const task = tasks.find(({ targetGroups }) => targetGroups.includes(TargetGroupArn));
  if (task === undefined) throw new Error('No service takes what the listener sends.');
  const line: unknown = JSON.parse(await task.child.lineWith('"listening"'));
  return `http://127.0.0.1:${z.object({ port: z.int() }).parse(line).port}`;
}

async function startFunctions(
  { assembly, account }: StageOptions,
  surroundings: Surroundings,
): Promise<Map<string, RunningFunction>> {
  const running = new Map<string, RunningFunction>();
  for (const { arn, ...deployed } of await functionsOf(account, assembly)) {
    const variables = variablesHere(deployed.variables, surroundings);
    running.set(arn, await startFunction({ ...deployed, variables }));
  }
  return running;
}

/** The emulator's pool, by the ids and the groups of the deployed one. */
function emulatedPool({ resources, users, password }: StageOptions, cognito: string) {
  const poolId = refOf(resources, 'AWS::Cognito::UserPool');
  return createCognito({
    dataFolder: undefined,
    poolId,
    clientId: refOf(resources, 'AWS::Cognito::UserPoolClient'),
    issuer: `${cognito}/${poolId}`,
    users,
    password,
    groups: resources
      .filter(({ type }) => type === 'AWS::Cognito::UserPoolGroup')
      .map(({ ref }) => ref),
    clock: Date.now,
    randomBytes,
    deliverCode: () => Promise.resolve(),
    log: { info: () => undefined, error: () => undefined },
  });
}

const branchSchema = z.object({
  EnvironmentVariables: z.array(z.object({ Name: z.string(), Value: z.string() })),
});

/** What the page's branch says that `/config.json` holds. */
function pageConfig(resources: readonly DeployedResource[]): Record<string, unknown> {
  const branch = resources.find(({ type }) => type === 'AWS::Amplify::Branch');
  const { EnvironmentVariables } = branchSchema.parse(branch?.properties);
  const config = EnvironmentVariables.find(({ Name }) => Name === 'ORDERCAST_CONFIG');
  return z.record(z.string(), z.unknown()).parse(JSON.parse(config?.Value ?? ''));
}
