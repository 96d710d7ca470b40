import { MIGRATION_SETTINGS } from './migrations/migrate.ts';
import { knexSettings } from './platform/database.ts';

/** Lets knex's own command line run the migrations: `npx knex migrate:latest`. */
export default {
  ...knexSettings(process.env.DATABASE_URL ?? 'sqlite:.local/ordercast.db'),
  migrations: MIGRATION_SETTINGS,
};
