/** Where the image keeps the authorities of RDS. */
export const DATABASE_CA_FILE = '/etc/ssl/rds/global-bundle.pem';

/** What a container of the image runs. */
export const API_COMMAND = traced('services/api.ts');
export const RELAY_COMMAND = traced('services/relay/main.ts');
export const WORKER_COMMAND = traced('services/relay/broadcast-worker.ts');

/** Untraced: of a million rows it would tell a span a page. */
export const REPORT_COMMAND = [
  'node',
  // TASK_NODE_OPTIONS of services/reports/run: without them V8 takes what memory the task has.
  '--optimize-for-size',
  '--max-semi-space-size=2',
  '--max-old-space-size=96',
  'services/reports/task.ts',
];

/** With what begins tracing loaded before the program. */
function traced(program: string): string[] {
  return ['node', '--import=./platform/tracing/main.ts', program];
}

export function migrationCommand(...args: string[]): string[] {
  return ['node', 'migrations/main.ts', ...args];
}
