import { parseArgs } from 'node:util';
import { argumentFault } from '@ordercast/platform/argument-fault.ts';
import { textTable } from '@ordercast/platform/text-table.ts';
import { seededRandom } from '@ordercast/platform/testing/seeded-random.ts';
import { DEFAULT_QUOTAS } from './assumptions.ts';
import { CASES, measure } from './measure.ts';
import { forecast } from './scenario.ts';
import type { Forecast, Percentiles, Scenario } from './scenario.ts';

const USAGE = `npm run simulate -- [options]

  --connections <n>        open connections (default: 10000, 100000 and 1000000, side by side)
  --staff <n>              of them, who see every order (default: one in a thousand, at least 20)
  --order-events <n>       order events a second (default: one a second for 500 connections)
  --devices <n>            connections of one customer at once (default 1)
  --workers <n>            processes that fan announcements out (default: one for 12,500 connections, at least 4)
  --staff-by <who>         who fans out what staff see: relay or workers (default: workers for over 200 staff)
  --shards <n>             messages of an announcement (default: one for 4,000 connections, at least 8)
  --announcements <n>      of them an hour (default 1)
  --failing <n>            posts in a hundred that are made twice (default 1)
  --posts-per-second <n>   the account's quota (default ${DEFAULT_QUOTAS.postsPerSecond}); the burst is half of it
  --new-connections <n>    the account's quota a second (default ${DEFAULT_QUOTAS.newConnectionsPerSecond})
  --seed <n>               of the random numbers (default 1)
  --json                   for machines
  --check                  the model beside the real sender, on this machine; stands alone
  -h, --help               this text`;

type NumberOption = Exclude<keyof typeof values, 'staff-by' | 'json' | 'check' | 'help'>;

/** Beyond what the model can say anything of. */
const MAX_CONNECTIONS = 10_000_000;
/** What `BROADCAST_SHARDS` takes. */
const MAX_SHARDS = 1_000;
const MAX_AMOUNT = 1_000_000_000;

const { values } = readArguments();

function readArguments() {
  try {
    return parseArgs({
      options: {
        connections: { type: 'string' },
        staff: { type: 'string' },
        'order-events': { type: 'string' },
        devices: { type: 'string', default: '1' },
        workers: { type: 'string' },
        'staff-by': { type: 'string' },
        shards: { type: 'string' },
        announcements: { type: 'string', default: '1' },
        failing: { type: 'string', default: '1' },
        'posts-per-second': { type: 'string', default: String(DEFAULT_QUOTAS.postsPerSecond) },
        'new-connections': {
          type: 'string',
          default: String(DEFAULT_QUOTAS.newConnectionsPerSecond),
        },
        seed: { type: 'string', default: '1' },
        json: { type: 'boolean', default: false },
        check: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
  } catch (error) {
    return refuse(`${argumentFault(error)}.`);
  }
}

function simulate(): void {
  const sizes =
    values.connections === undefined
      ? [10_000, 100_000, 1_000_000]
      : [size('connections', MAX_CONNECTIONS)];
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
  ['staff, and who posts to them', (_result, { staff, staffBy }) => `${staff}, ${staffBy}`],
  ['broadcast workers / shards', (_result, { workers, shards }) => `${workers} / ${shards}`],
  [
    'order event, p50 / p99 / last',
    ({ orderEvent }) => times(orderEvent, ({ p50Ms, p99Ms, lastMs }) => [p50Ms, p99Ms, lastMs]),
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
    'first limit to bind, used',
    ({ firstToBind, use }) => `${firstToBind}, ${(use[firstToBind] * 100).toFixed(0)} %`,
  ],
];

function scenarioOf(connections: number): Scenario {
  const postsPerSecond = size('posts-per-second', MAX_AMOUNT);
  const staff =
    values.staff === undefined
      ? Math.min(connections, Math.max(20, Math.round(connections / 1000)))
      : size('staff', connections, 0);
  return {
    connections,
    staff,
    staffBy: staffBy(values['staff-by'] ?? (staff > 200 ? 'workers' : 'relay')),
    orderEventsPerSecond:
      values['order-events'] === undefined ? connections / 500 : amount('order-events', MAX_AMOUNT),
    devices: size('devices', connections),
    workers:
      values.workers === undefined
        ? Math.max(4, Math.ceil(connections / 12_500))
        : size('workers', MAX_SHARDS),
    shards:
      values.shards === undefined
        ? Math.min(MAX_SHARDS, Math.max(8, Math.ceil(connections / 4_000)))
        : size('shards', MAX_SHARDS),
    announcementsPerHour: amount('announcements', MAX_AMOUNT),
    failing: amount('failing', 100) / 100,
    quotas: {
      ...DEFAULT_QUOTAS,
      postsPerSecond,
      postsBurst: postsPerSecond / 2,
      newConnectionsPerSecond: size('new-connections', MAX_AMOUNT),
    },
    random: seededRandom(size('seed', MAX_AMOUNT)),
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

function staffBy(text: string): Scenario['staffBy'] {
  if (text === 'relay' || text === 'workers') return text;
  return refuse(`--staff-by is relay or workers, not "${text}".`);
}

/** A whole number that an option gives. */
function size(option: NumberOption, most: number, least = 1): number {
  const value = amount(option, most, least);
  return Number.isInteger(value) ? value : refuse(`--${option}: ${value} is no whole number.`);
}

function amount(option: NumberOption, most: number, least = 0): number {
  const text = values[option] ?? '';
  const value = Number(text);
  if (text.trim() !== '' && value >= least && value <= most) return value;
  const [from, to] = [least, most].map((bound) => bound.toLocaleString('en'));
  return refuse(`--${option}: "${text}" is no number from ${from} to ${to}.`);
}

function refuse(reason: string): never {
  console.error(`${reason}\n\n${USAGE}`);
  process.exit(2);
}

function times(found: Percentiles | undefined, pick: (found: Percentiles) => number[]): string {
  return found === undefined ? 'never: a limit is used up' : pick(found).map(seconds).join(' / ');
}

function seconds(ms: number): string {
  return ms < 1000 ? `${ms.toFixed(0)} ms` : `${(ms / 1000).toFixed(1)} s`;
}

if (values.help) console.log(USAGE);
else if (values.check && process.argv.length > 3) refuse('--check takes no other option.');
else if (values.check) await check();
else simulate();
