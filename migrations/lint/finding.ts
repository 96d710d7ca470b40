/** The dangers that `lint` knows, by their stable ids. */
export const LINT_RULES = {
  'blocking-index': 'An index is built on a table that is in use, and blocks it meanwhile.',
  'not-null-without-default': 'Rows that are there have no value for a column that must have one.',
  'narrowing-type': 'A column takes less than before: rows may not fit.',
  'drop-table': 'A table goes, with its rows.',
  'drop-column': 'A column goes, with its values.',
  rename: 'Programs of the version before do not know the new name.',
  'constraint-scan': 'A constraint is checked against every row while the table is locked.',
  'unbatched-update': 'Many rows are changed in one transaction.',
  'unnamed-constraint':
    'The server gives the constraint a name that differs from server to server.',
  'missing-down': 'The step cannot be undone, or its down leaves another schema than was before.',
  'unreadable-statement': 'Nobody can tell what the schema is after it, so verify cannot either.',
  'does-not-apply': 'The statement fails on the schema that the steps before it leave.',
} as const;

export type LintRule = keyof typeof LINT_RULES;

export interface Finding {
  rule: LintRule;
  /** Allowed where the step itself says `export const lintAllow = ['<rule>']`. */
  severity: 'danger' | 'allowed';
  step: string;
  /** What exactly, such as `orders.note: nvarchar(4000) becomes nvarchar(200)`. */
  message: string;
  remedy: string;
}
