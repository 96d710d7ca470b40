import { parseArgs } from 'node:util';
import { InvalidSettings } from '../settings/stage-settings.ts';
import type { StageSettings } from '../settings/stage-settings.ts';
import { stageByName } from '../settings/stages.ts';
import { EXIT, Stopped } from './stopped.ts';

export interface DeployArguments {
  settings: StageSettings;
  /** Says what would change, and changes nothing. */
  plan: boolean;
  /** `<stack>/<logical id>` of what may be replaced or removed although it holds data. */
  replace: readonly string[];
  /** SHA-256 of the migrations that somebody has read. */
  approve: string | undefined;
  /** Mail address of the first administrator. */
  administrator: string | undefined;
  allowDirty: boolean;
  skipMigrations: boolean;
  skipSmoke: boolean;
}

export const DEPLOY_USAGE = `npm run deploy -- --stage <stage> [options]

Brings a stage to what is checked out here: build, image, stacks, migrations, page, smoke test. It may be run again at
any time, also after it was cut off: what is done is passed over. docs/deploy.md tells of all of it.

  --stage <stage>               whose settings: infra/settings/<stage>.ts
  --plan                        say what would be made, changed, replaced and removed; change nothing
  --replace <stack/logical id>  let this one be replaced or removed although it holds data; as often as wanted
  --approve <sha256>            run the pending migrations, whose plan was read
  --administrator <mail>        the first administrator, whom Cognito sends an invitation
  --skip-migrations             leave the database as it is: for a roll-back
  --skip-smoke                  no smoke test at the end
  --allow-dirty                 deploy changes that are in no commit; not to a stage that keeps its data
  -h, --help                    this text

Exit codes: 0 done, 1 a step failed, 2 wrong use, 3 migrations wait for --approve, 4 refused, since data would be lost,
5 credentials or rights, 6 somebody else is at it.`;

const OPTIONS = {
  stage: { type: 'string' },
  plan: { type: 'boolean', default: false },
  replace: { type: 'string', multiple: true },
  approve: { type: 'string' },
  administrator: { type: 'string' },
  'skip-migrations': { type: 'boolean', default: false },
  'skip-smoke': { type: 'boolean', default: false },
  'allow-dirty': { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

/** Of a deployment; a plan does none of it. */
const NOT_OF_A_PLAN = ['approve', 'administrator', 'skip-migrations', 'skip-smoke'] as const;

/** Reads `npm run deploy -- …`. Throws {@link Stopped} that says what to write. */
export function readDeployArguments(args: readonly string[]): DeployArguments | 'help' {
  const values = parse(args);
  if (values.help) return 'help';
  if (values.plan) {
    const other = NOT_OF_A_PLAN.find(
      (name) => values[name] !== undefined && values[name] !== false,
    );
    if (other !== undefined) throw usage(`--plan changes nothing, so it does not use --${other}`);
  }
  if (values.approve !== undefined && values['skip-migrations']) {
    throw usage('--approve and --skip-migrations do not go together');
  }
  if (values.approve !== undefined && !/^[0-9a-f]{64}$/i.test(values.approve)) {
    throw usage('--approve is the SHA-256 that a deployment prints: 64 hexadecimal digits');
  }
  if (
    values.administrator !== undefined &&
    !/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(values.administrator)
  ) {
    throw usage('--administrator is a mail address, such as someone@example.org');
  }
  const replace = values.replace ?? [];
  const malformed = replace.find((name) => !/^[a-z]+\/[A-Za-z\d]+$/.test(name));
  if (malformed !== undefined) {
    throw usage(`--replace is <stack>/<logical id>, as --plan prints it, not "${malformed}"`);
  }
  return {
    settings: settingsOf(values.stage, DEPLOY_USAGE),
    plan: values.plan,
    replace,
    approve: values.approve?.toLowerCase(),
    administrator: values.administrator,
    allowDirty: values['allow-dirty'],
    skipMigrations: values['skip-migrations'],
    skipSmoke: values['skip-smoke'],
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS }).values;
  } catch (error) {
    throw usage(faultOf(error));
  }
}

/** What `parseArgs` has against a command line: its first sentence. */
export function faultOf(error: unknown): string {
  const fault = error instanceof Error ? (error.message.split(/\.(?:\s|$)/)[0] ?? '') : '';
  // Without `--` npm keeps the options for itself, and leaves their values.
  return fault.startsWith('Unexpected argument')
    ? `${fault}: options stand behind "--", as in npm run deploy -- --stage dev`
    : fault;
}

/** The settings of the stage that `--stage` names. Throws {@link Stopped}. */
export function settingsOf(stage: string | undefined, help: string): StageSettings {
  if (stage === undefined) throw new Stopped(EXIT.usage, `Give --stage.\n\n${help}`);
  try {
    return stageByName(stage);
  } catch (error) {
    if (!(error instanceof InvalidSettings)) throw error;
    throw new Stopped(EXIT.usage, error.message.replace('-c stage=<name>', '--stage <name>'));
  }
}

function usage(reason: string): Stopped {
  return new Stopped(EXIT.usage, `${reason}.\n\n${DEPLOY_USAGE}`);
}
