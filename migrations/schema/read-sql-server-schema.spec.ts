import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startMigratingServer } from '../testing/migrating-server.ts';
import type { MigratingServer } from '../testing/migrating-server.ts';
import { runHere } from '../testing/run-here.ts';
import { openStepFolder, statements } from '../testing/step-files.ts';
import type { StepFolder } from '../testing/step-files.ts';

/** A row of the catalogue for a column of the table `orders`. */
const column = (name: string, more: object = {}) => ({
  table_name: 'orders',
  name,
  type: 'int',
  max_length: 4,
  precision: 10,
  scale: 0,
  collation: null,
  is_nullable: false,
  is_identity: false,
  default_name: null,
  default_definition: null,
  computed: null,
  ...more,
});

let steps: StepFolder;
let server: MigratingServer;
/** What the catalogue says of the columns. */
let columns: ReturnType<typeof column>[];
beforeEach(async () => {
  server = await startMigratingServer((sql, answer) => {
    if (!sql.includes(' sys.')) return answer();
    return { rows: sql.includes('sys.columns as c on c.object_id = t.object_id') ? columns : [] };
  });
  steps = await openStepFolder();
  await steps.write(1, 'orders', {
    up: statements(
      'CREATE TABLE orders (id int NOT NULL, total int NOT NULL CONSTRAINT df_orders_total DEFAULT (0))',
    ),
    down: '',
  });
});
afterEach(async () => {
  await server.close();
  await steps.remove();
});

const migrate = (...args: readonly string[]) =>
  runHere(args, { directory: steps.path, url: server.url });

const total = (default_name: string | null, default_definition: string | null) =>
  column('total', { default_name, default_definition });

describe('verify on a SQL Server', () => {
  beforeEach(() => migrate('up'));

  it('finds the schema sound whose catalogue says what the steps say', async () => {
    columns = [column('id'), total('df_orders_total', '((0))')];
    expect(await migrate('verify')).toMatchObject({ code: 0 });
  });

  it.each([
    [
      'another name',
      'df_by_hand',
      '((0))',
      'is default named df_by_hand, expected default named df_orders_total',
    ],
    [
      "a name of the server's own",
      'DF__orders__total__37A5467C',
      '((0))',
      'expected default named df_orders_total',
    ],
    ['another value', 'df_orders_total', '((1))', 'is default (((1))), expected default'],
    ['no default', null, null, 'is missing, expected default'],
  ])('notices a default constraint with %s', async (_what, name, definition, difference) => {
    columns = [column('id'), total(name, definition)];
    const { code, out } = await migrate('verify');
    expect(code).toBe(3);
    expect(out).toContain('orders.total');
    expect(out).toContain(difference);
  });
});
