import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { DEFAULT_POOL, DEFAULT_PORT } from '../platform/database-url.ts';
import { HTTP_LIMITS } from '../platform/http-server.ts';
import { VISIBILITY_TIMEOUT_S } from '../websocket/broadcast/broadcast-queue.ts';
import * as headers from '../services/http/gateway-headers.ts';
import { FAILED_LINE, WAITING_LINE } from './constructs/report-alarms.ts';
import { ENDING_CALLS } from './constructs/ended-access.ts';
import { CLIENT_ADDRESS_HEADER, GATEWAY_SECRET_HEADER } from './constructs/gateway-secret.ts';
import { REPORT_COMMAND } from './constructs/image.ts';
import { DATABASE_PORT } from './constructs/network.ts';
import { at, listAt, resourcesOf, textOf } from './rules/judged-stage.ts';
import { POOL_SIZE } from './settings/stage-settings.ts';
import { TABLE_KEYS } from './rules/data-rules.ts';
import { STAGE_NAMES, judged } from './testing/assembly.ts';

const ROOT = join(import.meta.dirname, '..');
const source = (file: string) => readFileSync(join(ROOT, file), 'utf8');

it('the keys of the tables are those that the laptop makes them with', () => {
  const made = [
    ...source('websocket/connections/realtime-tables.ts').matchAll(
      /createTable\(client, names\.(\w+), \{ ([^}]+) \}\)/g,
    ),
  ].map(([, table = '', keys = '']) => {
    const name = table.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    return `${name}: ${keys}`;
  });
  const expected = Object.entries(TABLE_KEYS).map(([name, keys]) => {
    const typed = Object.entries(keys).map(([key, type]) => `${key}: '${type}'`);
    return `${name}: ${typed.join(', ')}`;
  });

  expect(made).toEqual(expected);
});

it('the calls that end access are those that the handler ends it for', () => {
  const [, listed = ''] =
    /ENDING_CALLS: readonly string\[\] = \[([^\]]+)\]/.exec(
      source('websocket/handlers/access-ended.ts'),
    ) ?? [];
  const names = [...listed.matchAll(/'(\w+)'/g)].map(([, name]) => name);

  expect(names).toEqual([...ENDING_CALLS]);
});

it('the gateway writes the headers that the order API reads', () => {
  expect({ GATEWAY_SECRET_HEADER, CLIENT_ADDRESS_HEADER }).toEqual({ ...headers });
});

it('alarms of reports wait for lines that runs and their keeper log', () => {
  const lines = [
    ['services/reports/run/run-report.ts', FAILED_LINE],
    ['services/reports/run/keep-runs.ts', WAITING_LINE],
  ] as const;

  for (const [file, line] of lines) expect(source(file)).toContain(`'${line}'`);
});

it('each handler of reports is one that their bundle exports', () => {
  const handlers = resourcesOf(judged('dev'), 'AWS::Lambda::Function')
    .filter(({ stack }) => stack === 'reports')
    .map(({ properties }) => textOf(properties['Handler']).replace('lambda.', ''));
  const exported = [...source('services/reports/lambda.ts').matchAll(/^export const (\w+)/gm)];

  expect(handlers.sort()).toEqual(exported.map(([, name]) => name).sort());
});

it('pools and ports are those of the platform', () => {
  expect(POOL_SIZE).toBe(DEFAULT_POOL);
  expect(DATABASE_PORT).toBe(DEFAULT_PORT);
});

it.each(STAGE_NAMES)('queue and balancer in %s fit the code behind them', (name) => {
  const stage = judged(name);
  const queues = resourcesOf(stage, 'AWS::SQS::Queue').filter(({ id }) =>
    id.includes('BroadcastsQueue'),
  );
  const [balancer] = resourcesOf(stage, 'AWS::ElasticLoadBalancingV2::LoadBalancer');
  const idle = listAt(balancer?.properties, 'LoadBalancerAttributes').find(
    (attribute) => at(attribute, 'Key') === 'idle_timeout.timeout_seconds',
  );

  expect(queues.map(({ properties }) => properties['VisibilityTimeout'])).toEqual([
    VISIBILITY_TIMEOUT_S,
  ]);
  expect(Number(textOf(at(idle, 'Value'))) * 1_000).toBeLessThan(HTTP_LIMITS.keepAliveMs);
});

it('an API of ours is let call by its page with the headers that the laptop allows', () => {
  const cors = source('services/http/cors.ts');
  const listed = (name: string) => {
    const [, list = ''] = new RegExp(`${name}: \\[([^\\]]+)\\]`).exec(cors) ?? [];
    return [...list.matchAll(/'([\w-]+)'/g)].map(([, header]) => header);
  };
  const [api] = resourcesOf(judged('dev'), 'AWS::ApiGatewayV2::Api').filter(
    ({ properties }) => properties['ProtocolType'] === 'HTTP',
  );
  const { properties } = api ?? {};

  expect(listAt(properties, 'CorsConfiguration', 'AllowHeaders')).toEqual(listed('allowedHeaders'));
  expect(listAt(properties, 'CorsConfiguration', 'ExposeHeaders')).toEqual(
    listed('exposedHeaders'),
  );
  expect(listAt(properties, 'CorsConfiguration', 'AllowMethods')).toEqual(listed('methods'));
});

it('the page is served with the headers of the laptop, and TLS for ever', () => {
  const local = source('local/single-page-app.ts');
  const [app] = resourcesOf(judged('prod'), 'AWS::Amplify::App');
  const headers = textOf(app?.properties['CustomHeaders']);
  const directives = [...local.matchAll(/^ {6}"([a-z-]+ [^"]+)",$/gm)].map(
    ([, directive = '']) => directive,
  );

  expect(directives.length).toBeGreaterThan(6);
  for (const directive of directives) expect(headers).toContain(directive);
  for (const [, name = '', value = ''] of local.matchAll(/^ {4}'([\w-]+)': '([^']+)',$/gm)) {
    expect(headers).toContain(`- key: '${name}'\n        value: ${JSON.stringify(value)}`);
  }
  expect(headers).toContain('Strict-Transport-Security');
});

it('a heavy run has the options of Node.js by which a laptop bounds its memory', () => {
  const [, listed = ''] = /TASK_NODE_OPTIONS = \[([^\]]+)\]/.exec(
    source('services/reports/run/task-node-options.ts'),
  ) ?? [''];
  const options = [...listed.matchAll(/'(--[^']+)'/g)].map(([, option = '']) => option);
  expect(options).not.toEqual([]);
  expect(REPORT_COMMAND).toEqual(['node', ...options, 'services/reports/task.ts']);
});
