import { parseArgs } from 'node:util';
import { DEMO_PASSWORD } from '@ordercast/local/demo-users.ts';
import { argumentFault } from '@ordercast/platform/argument-fault.ts';
import { InvalidPageAddress, pageAddress } from './page-address.ts';

export interface Login {
  email: string;
  password: string;
}

export interface SmokeSettings {
  /** Address of the page, without a slash at its end. */
  page: string;
  customer: Login;
  staff: Login;
  /** How long each step may take. */
  deadlineMs: number;
}

/** The command line or the environment cannot be understood; the message says what to write, and holds no password. */
export class ArgumentsError extends Error {
  override name = 'ArgumentsError';
}

const DEFAULT_SECONDS = '30';

export const USAGE = `npm run smoke -- --url <page> [options]

Goes through the whole story once: two people sign in, one places an order, both see it live, the other confirms and
cancels it, both sign out. Ends with 0 where all of it worked, with 1 where a step did not, with 2 where this command
line is wrong.

  --url <page>          the address of the page, such as http://localhost:8080 or https://orders.example.com
  --customer <mail>     who places the order; password in SMOKE_CUSTOMER_PASSWORD
  --staff <mail>        who confirms it, of the group staff or admins; password in SMOKE_STAFF_PASSWORD
  --step-seconds <n>    how long each step may take, 1 to 600 (default ${DEFAULT_SECONDS})
  -h, --help            this text

For a page on localhost the demo users are the default. The order stays there, cancelled.`;

/** Reads `npm run smoke -- …`; `help` where {@link USAGE} is asked for. Throws {@link ArgumentsError}. */
export function readArguments(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): SmokeSettings | 'help' {
  const values = parse(args);
  if (values.help) return 'help';
  if (values.url === undefined) {
    const swallowed = 'npm_config_url' in env;
    throw refusal(
      swallowed
        ? 'npm has taken --url for itself; write npm run smoke -- --url <page>'
        : 'Give --url',
    );
  }
  const { page, isLocal } = readAddress(values.url);
  const login = (name: 'customer' | 'staff', demoEmail: string): Login => {
    const variable = `SMOKE_${name.toUpperCase()}_PASSWORD`;
    const email = values[name] ?? (isLocal ? demoEmail : '');
    const password = env[variable] || (isLocal ? DEMO_PASSWORD : '');
    if (email === '')
      throw refusal(`Give --${name} <mail>: there are demo users on localhost alone`);
    if (password === '') throw refusal(`Set ${variable} to the password of ${email}`);
    return { email, password };
  };
  return {
    page,
    customer: login('customer', 'ada@example.com'),
    staff: login('staff', 'sam@example.com'),
    deadlineMs: stepSeconds(values['step-seconds']) * 1000,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        url: { type: 'string' },
        customer: { type: 'string' },
        staff: { type: 'string' },
        'step-seconds': { type: 'string', default: DEFAULT_SECONDS },
        help: { type: 'boolean', short: 'h', default: false },
      },
    }).values;
  } catch (error) {
    throw refusal(argumentFault(error));
  }
}

function readAddress(text: string): ReturnType<typeof pageAddress> {
  try {
    return pageAddress(text);
  } catch (error) {
    if (error instanceof InvalidPageAddress) throw refusal(error.message);
    throw error;
  }
}

function stepSeconds(text: string): number {
  if (/^[1-9]\d{0,2}$/.test(text) && Number(text) <= 600) return Number(text);
  throw refusal('--step-seconds is a whole number from 1 to 600');
}

function refusal(reason: string): ArgumentsError {
  return new ArgumentsError(`${reason}.\n\nUsage: ${USAGE}`);
}
