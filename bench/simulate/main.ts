import { parseArgs } from 'node:util';
import { textTable } from '@ordercast/services/platform/text-table.ts';
import { seededRandom } from '../../e2e/seeded-random.ts';
import { DEFAULT_QUOTAS } from './assumptions.ts';
import { CASES, measure } from './measure.ts';
import { forecast } from './scenario.ts';
import type { Forecast, Percentiles, Scenario } from './scenario.ts';

const USAGE = `npm run simulate -- [options]

  --connections <n>        open connections (default: 10000, 100000 and 1000000, side by side)
  --staff <n>              of them, who see every order (default: one in a thousand, at least 20)
  --order-events <n>       order events a second (default: one a second for 500 connections)
  --devices <n>            connections of one customer at once (default 1)
  --concurrency <n>        posts in flight, of all publishers and workers together (default 512)
  --posts-per-second <n>   the account's quota (default ${DEFAULT_QUOTAS.postsPerSecond}); the burst is half of it
  --new-connections <n>    the account's quota a second (default ${DEFAULT_QUOTAS.newConnectionsPerSecond})
  --seed <n>               of the random numbers (default 1)
  --json                   for machines
  --check                  the model beside the real sender, on this machine`;

const { values } = parseArgs({
  options: {
    connections: { type: 'string' },
    staff: { type: 'string' },
    'order-events': { type: 'string' },
    devices: { type: 'string', default: '1' },
    concurrency: { type: 'string', default: '512' },
    'posts-per-second': { type: 'string', default: String(DEFAULT_QUOTAS.postsPerSecond) },
    'new-connections': { type: 'string', default: String(DEFAULT_QUOTAS.newConnectionsPerSecond) },
    seed: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
    check: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

function simulate(): void {
  const sizes =
    values.connections === undefined ? [10_000, 100_000, 1_000_000] : [count(values.connections)];
  const results = sizes.map((connections) => {
    const scenario = scenarioOf(connections);
    return { scenario, result: forecast(scenario) };
  });
  if (values.json) {
    console.log(
      JSON.stringify(
        results.map(({ scenario, result }) => ({ ...scenario, ...result })),
        undefined,
        2,
      ),
    );
    return;
  }
  const rows = [
    [
      '',
      ...results.map(({ scenario }) => `${scenario.connections.toLocaleString('en')} connections`),
    ],
    ...LINES.map(([label, textOf]) => [
      label,
      ...results.map(({ scenario, result }) => textOf(result, scenario)),
    ]),
  ];
  console.log(textTable(rows, '   '));
}

const LINES: readonly [string, (result: Forecast, scenario: Scenario) => string][] = [
  ['order events a second', (_result, { orderEventsPerSecond }) => String(orderEventsPerSecond)],
  ['staff', (_result, { staff }) => String(staff)],
  [
    'order event, p50 / p99',
    ({ orderEvent }) => times(orderEvent, ({ p50Ms, p99Ms }) => [p50Ms, p99Ms]),
  ],
  [
    'announcement to all, p50 / p99 / last',
    ({ announcement }) => times(announcement, ({ p50Ms, p99Ms, lastMs }) => [p50Ms, p99Ms, lastMs]),
  ],
  ['all back after losing all', ({ reconnectAllS }) => seconds(reconnectAllS * 1000)],
  ['posts a second', ({ postsPerSecond }) => postsPerSecond.toFixed(0)],
  [
    'DynamoDB units a second, read / write',
    ({ readUnitsPerSecond, writeUnitsPerSecond }) =>
      `${readUnitsPerSecond.toFixed(0)} / ${writeUnitsPerSecond.toFixed(0)}`,
  ],
  ['US dollars an hour', ({ dollarsAnHour }) => dollarsAnHour.toFixed(2)],
  [
    'first quota to bind, used',
    ({ firstToBind, use }) => `${firstToBind}, ${(use[firstToBind] * 100).toFixed(0)} %`,
  ],
];

function scenarioOf(connections: number): Scenario {
  const postsPerSecond = count(values['posts-per-second']);
  return {
    connections,
    staff:
      values.staff === undefined
        ? Math.max(20, Math.round(connections / 1000))
        : count(values.staff),
    orderEventsPerSecond:
      values['order-events'] === undefined ? connections / 500 : count(values['order-events']),
    devices: count(values.devices),
    concurrency: count(values.concurrency),
    quotas: {
      ...DEFAULT_QUOTAS,
      postsPerSecond,
      postsBurst: postsPerSecond / 2,
      newConnectionsPerSecond: count(values['new-connections']),
    },
    random: seededRandom(count(values.seed)),
  };
}

async function check(): Promise<void> {
  console.log('recipients  posts/s  burst  in flight  post ms   measured s  model s  ratio');
  for (const one of CASES) {
    const { measuredMs, modelMs } = await measure(one);
    const cells = [one.recipients, one.postsPerSecond, one.burst, one.concurrency, one.delayMs].map(
      String,
    );
    const results = [measuredMs / 1000, modelMs / 1000, measuredMs / modelMs].map((value) =>
      value.toFixed(2),
    );
    console.log(
      [...cells.map((cell) => cell.padEnd(9)), ...results.map((cell) => cell.padStart(8))].join(
        ' ',
      ),
    );
  }
}

function count(text: string): number {
  const value = Number(text);
  if (Number.isFinite(value) && value > 0) return value;
  console.error(`"${text}" is no number above 0.\n\n${USAGE}`);
  process.exit(2);
}

function times(found: Percentiles | undefined, pick: (found: Percentiles) => number[]): string {
  return found === undefined ? 'never: the quota is used up' : pick(found).map(seconds).join(' / ');
}

function seconds(ms: number): string {
  return ms < 1000 ? `${ms.toFixed(0)} ms` : `${(ms / 1000).toFixed(1)} s`;
}

if (values.help) console.log(USAGE);
else if (values.check) await check();
else simulate();
