import { parseArgs } from 'node:util';
import { argumentFault } from '@ordercast/platform/argument-fault.ts';
import { openDatabase } from '@ordercast/platform/database.ts';
import { fillOrders } from './fill-orders.ts';

const USAGE = `DATABASE_URL=… npm run fill -- [options]

Fills a database that is migrated and empty (npm run migrate) with a shop: 5,000 customers, 400 products, and orders in four currencies, with
lines and timelines.

  --orders <n>   how many (default 1000000)
  --seed <n>     of the random numbers (default 1)
  -h, --help     this text`;

const DEFAULT_ORDERS = '1000000';
const FROM = Date.parse('2026-01-01T00:00:00.000Z');
const TO = Date.parse('2026-11-01T00:00:00.000Z');
const PROGRESS_ORDERS = 50_000;
const USAGE_ERROR = 2;

/** The command line cannot be understood. */
class ArgumentsError extends Error {}

function readArguments(args: string[]) {
  try {
    const { values } = parseArgs({
      args,
      options: {
        orders: { type: 'string', default: DEFAULT_ORDERS },
        seed: { type: 'string', default: '1' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    return values;
  } catch (error) {
    throw new ArgumentsError(`${argumentFault(error)}.`);
  }
}

function wholeNumber(name: string, text: string): number {
  if (/^[1-9]\d{0,7}$/.test(text)) return Number(text);
  throw new ArgumentsError(`--${name} is a whole number from 1 to 99999999, not "${text}".`);
}

async function fill(): Promise<void> {
  const values = readArguments(process.argv.slice(2));
  if (values.help) {
    console.log(USAGE);
    return;
  }
  const [orders, seed] = [wholeNumber('orders', values.orders), wholeNumber('seed', values.seed)];
  const url = process.env['DATABASE_URL'];
  if (url === undefined) throw new ArgumentsError('DATABASE_URL names the database to fill.');
  const db = openDatabase(url);
  try {
    const onProgress = (done: number) => {
      if (done % PROGRESS_ORDERS === 0) console.error(`${done.toLocaleString('en')} orders`);
    };
    const filled = await fillOrders(db, { orders, seed, from: FROM, to: TO, onProgress });
    console.log(JSON.stringify(filled));
  } finally {
    await db.destroy();
  }
}

try {
  await fill();
} catch (error) {
  const isUsage = error instanceof ArgumentsError;
  const text = error instanceof Error ? error.message : String(error);
  console.error(isUsage ? `${text}\n\n${USAGE}` : text);
  process.exitCode = isUsage ? USAGE_ERROR : 1;
}
