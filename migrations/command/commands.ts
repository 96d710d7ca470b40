/** Every option of the command line. A default stands where a command that takes it always has a value. */
export const OPTIONS = {
  to: { type: 'string', value: '<version>', help: 'up to, or back to, this step; 0 is before all' },
  approved: { type: 'string', value: '<sha256>', help: 'do only what this approval stands for' },
  'dry-run': { type: 'boolean', help: 'say what would be done, and change nothing' },
  'out-of-order': { type: 'boolean', help: 'apply a step, too, that comes before an applied one' },
  'pending-fails': { type: 'boolean', help: 'exit code 3 also where steps are pending' },
  'unread-fails': {
    type: 'boolean',
    help: 'exit code 3 also where something could not be looked at, such as rights',
  },
  forget: {
    type: 'boolean',
    help: 'forget these steps, whose files are gone: --forget <version> <version>',
  },
  'lock-timeout': {
    type: 'string',
    default: '10',
    value: '<seconds>',
    help: 'how long to wait for another migration, and for a table',
  },
  database: {
    type: 'string',
    value: '<name>',
    help: 'the only database on which the script of a plan without DATABASE_URL runs',
  },
  directory: { type: 'string', value: '<folder>', help: 'other steps than migrations/versions' },
  login: {
    type: 'string',
    multiple: true,
    value: '<name>=<role>',
    help: 'a login and its role: migrator, app or reports (default: <database>_<role>, one of each); <role>:pair makes a second one, for rotation',
  },
  'reset-passwords': {
    type: 'boolean',
    help: 'give logins that are there already the passwords of the environment',
  },
  'end-sessions': {
    type: 'boolean',
    help: 'end sessions that keep row versioning from being switched on',
  },
  format: {
    type: 'string',
    value: '<format>',
    help: 'text (the default), json, sarif for code scanning, or junit for a build server',
  },
  json: { type: 'boolean', help: 'one JSON object on standard output, for machines' },
  output: {
    type: 'string',
    value: '<file>',
    help: 'write the answer there: npm prints a line of its own before it; - is standard output',
  },
  help: { type: 'boolean', short: 'h', help: 'this text' },
} as const;

export type OptionName = keyof typeof OPTIONS;

/** Options that every command takes. */
export const COMMON_OPTIONS: readonly OptionName[] = ['json', 'output', 'help'];

interface Command {
  help: string;
  /** Its own options, beside the common ones; any other is refused. */
  options: readonly OptionName[];
  /** What stands behind its name on the command line, as the help shows it. */
  operand?: string;
}

const ON_DATABASE = ['directory', 'lock-timeout'] as const;

export const COMMANDS = {
  status: {
    help: 'what is applied, pending, edited, renamed, failed or applied in part',
    options: ON_DATABASE,
  },
  plan: {
    help: 'the exact T-SQL of what is pending, as one script; every step where no DATABASE_URL is set',
    options: ['to', 'database', 'out-of-order', ...ON_DATABASE],
  },
  up: {
    help: 'apply what is pending',
    options: ['to', 'approved', 'out-of-order', 'dry-run', ...ON_DATABASE],
  },
  down: {
    help: 'undo what was applied last, or all that was applied after --to <version>',
    options: ['to', 'approved', 'dry-run', ...ON_DATABASE],
  },
  verify: {
    help: 'whether steps were edited, and whether the live schema is theirs',
    options: ['pending-fails', 'unread-fails', ...ON_DATABASE],
  },
  lint: { help: 'dangers in the steps', options: ['format', 'directory'] },
  baseline: {
    help: 'mark the steps up to --to <version> as applied, of a schema that is there already',
    options: ['to', 'dry-run', ...ON_DATABASE],
  },
  repair: {
    help: 'accept edited and renamed steps, and those that knex applied, as they stand here now, and take in again what was forgotten',
    options: ['forget', 'approved', 'dry-run', ...ON_DATABASE],
  },
  unlock: {
    help: "free knex's lock, and tell who holds the migration lock",
    options: ['dry-run', ...ON_DATABASE],
  },
  new: { help: 'begin a new step', options: ['dry-run', 'directory'], operand: '"<purpose>"' },
  bootstrap: {
    help: 'as the master login: database, row versioning, logins and their rights; may be run again',
    options: ['login', 'reset-passwords', 'end-sessions', 'dry-run'],
  },
} as const satisfies Record<string, Command>;

export type CommandName = keyof typeof COMMANDS;

/** A command with its options, as one that may have any of them. */
export function commandOf(name: CommandName): Command {
  return COMMANDS[name];
}

/** The same with what an option takes: `--to <version>`. */
export function optionText(name: OptionName): string {
  const option = OPTIONS[name];
  const short = 'short' in option ? `-${option.short}, ` : '';
  return `${short}--${name}${'value' in option ? ` ${option.value}` : ''}`;
}
