/** Where the image keeps the authorities of RDS. */
export const DATABASE_CA_FILE = '/etc/ssl/rds/global-bundle.pem';

/** What a container of the image runs. */
export const API_COMMAND = ['node', 'services/api.ts'];
export const RELAY_COMMAND = ['node', 'services/relay/main.ts'];
export const WORKER_COMMAND = ['node', 'services/relay/broadcast-worker.ts'];

export function migrationCommand(...args: string[]): string[] {
  return ['node', 'migrations/main.ts', ...args];
}
