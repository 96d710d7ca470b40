import { isExempt } from '../rights/rights.ts';
import type { Rights } from '../rights/rights.ts';
import { TABLE_RIGHTS_TRIGGER } from '../rights/table-rights-trigger.ts';
import { bootstrapped } from './bootstrapped.ts';
import { startMigratingServer } from './migrating-server.ts';
import type { MigratingServer } from './migrating-server.ts';
import { runHere } from './run-here.ts';
import { openStepFolder } from './step-files.ts';
import type { StepFolder } from './step-files.ts';

/** What a catalogue says, by a part of the question. */
export type Row = Readonly<Record<string, string | number | boolean | null>>;
export type Catalogue = Readonly<Record<string, readonly Row[]>>;

/** By the part of the question that only it has. */
export const COLUMNS = 'sys.columns as c on c.object_id = t.object_id';

/** Of a database that bootstrap has made, and in which nothing is. */
export const BOOTSTRAPPED: Catalogue = {
  ...databaseRow({}),
  ...rightRows(bootstrapped()),
  'sys.types as ty where': [{ name: TABLE_RIGHTS_TRIGGER, kind: 'trigger of the database' }],
};

/** What a catalogue answers to a question; no rows to one that it does not know. */
export function answerOf(catalogue: Catalogue, sql: string): { rows: Row[] } {
  const rows = Object.entries(catalogue).find(([part]) => sql.includes(part))?.[1] ?? [];
  return { rows: [...rows] };
}

/** A database of the name `shop` with row versioning, unless said otherwise. */
export function databaseRow(more: Row): Catalogue {
  const row = {
    collation: null,
    name: 'shop',
    rcsi: 1,
    snapshot: 1,
    sees_rights: 1,
    user_name: 'dba',
    ...more,
  };
  return { 'sys.databases as d': [row] };
}

/** What the catalogue answers where these are the rights. */
export function rightRows({
  tables,
  users,
  roles,
  members,
  permissions,
  trigger,
}: Rights): Catalogue {
  const triggers = trigger === undefined ? [] : [trigger];
  return {
    'tr.is_disabled as disabled': triggers.map(({ disabled, definition }) => ({
      disabled,
      definition: definition ?? null,
    })),
    'sys.tables as t where': tables.map((name) => ({ name })),
    'sys.database_principals as p': [
      ...users.map((name) => ({ name, is_role: 0 })),
      ...roles.map((name) => ({ name, is_role: 1 })),
    ],
    'sys.database_role_members': members,
    'sys.database_permissions': permissions.map(({ grantee, permission, denied, of }) => {
      const [schema = null, object = null] = of.kind === 'database' ? [] : of.name.split('.');
      return {
        grantee,
        permission,
        state: isExempt(of) ? 'R' : denied ? 'D' : 'G',
        class: { database: 0, schema: 3, object: 1, column: 1 }[of.kind],
        schema_name: schema,
        object_name: object,
        column_name: of.kind === 'column' ? of.column : null,
      };
    }),
  };
}

/** A SQL Server whose catalogue a test writes; its steps are applied, and make no tables. */
export interface CatalogueServer {
  server: MigratingServer;
  steps: StepFolder;
  /** What it says from now on, beside and instead of what bootstrap has left. */
  says: (catalogue: Catalogue) => void;
  /** What its catalogue was asked, in that order. */
  asked: readonly string[];
  migrate: (...args: readonly string[]) => Promise<{ code: number; out: string }>;
  close: () => Promise<void>;
}

export async function startCatalogueServer(): Promise<CatalogueServer> {
  let catalogue: Catalogue = BOOTSTRAPPED;
  const asked: string[] = [];
  const server = await startMigratingServer((sql, answer) => {
    if (!sql.includes(' sys.')) return answer();
    asked.push(sql);
    return answerOf(catalogue, sql);
  });
  const steps = await openStepFolder();
  return {
    server,
    steps,
    asked,
    says: (more) => {
      catalogue = { ...BOOTSTRAPPED, ...more };
    },
    migrate: (...args) => runHere(args, { directory: steps.path, url: server.url }),
    close: async () => {
      await server.close();
      await steps.remove();
    },
  };
}
