interface Rule {
  /** What may happen. */
  danger: string;
  /** What to write instead; an example stands in docs/lint.md. */
  remedy: string;
}

/** The dangers that `lint` knows, by their stable ids. */
export const LINT_RULES = {
  'blocking-index': {
    danger: 'An index is built on a table that is in use, and blocks it meanwhile.',
    remedy:
      'createIndex(knex, table, { …, online: true }) builds it online where the edition can; elsewhere plan for the wait.',
  },
  'not-null-without-default': {
    danger: 'Rows that are there have no value for a column that must have one.',
    remedy:
      'Give it a constant as a named default; or add it as null, fill it with backfill() in a step of its own, and make it not null in a third, which sets this rule aside with that reason.',
  },
  'narrowing-type': {
    danger: 'A column takes less than before: rows may not fit.',
    remedy:
      'Add a new column, fill it batch by batch, let programs use it, and drop the old one later.',
  },
  'table-rewrite': {
    danger: 'Every row of a table in use is written anew while it is locked.',
    remedy:
      'Add a new column as null, fill it with backfill(), let programs use it, and drop the old one later.',
  },
  'drop-table': {
    danger: 'A table goes, with its rows.',
    remedy:
      'Let a release pass in which nothing uses it; then set the rule aside with that reason.',
  },
  'drop-column': {
    danger: 'A column goes, with its values.',
    remedy:
      'Let a release pass in which nothing uses it; then set the rule aside with that reason.',
  },
  rename: {
    danger: 'Programs of the version before do not know the new name.',
    remedy: 'Add the new one, write both, move readers over, and drop the old one in a later step.',
  },
  'constraint-scan': {
    danger: 'A constraint is checked against every row while the table is locked.',
    remedy:
      'Add it WITH NOCHECK, which looks at new rows alone, and check the others in a step of its own, ALTER TABLE … WITH CHECK CHECK CONSTRAINT …, that runs when the system is quiet and sets this rule aside with that reason.',
  },
  'untrusted-constraint': {
    danger: 'Rows that break the constraint may be there, and the optimizer makes no use of it.',
    remedy: 'Add a later step that checks the rows: ALTER TABLE … WITH CHECK CHECK CONSTRAINT ….',
  },
  'unbatched-update': {
    danger: 'Many rows are changed or copied in one transaction, which locks and logs all of them.',
    remedy:
      'Use backfill(), which changes a few thousand rows a transaction and can be resumed; delete by TOP (n) of at most 4,000 rows, or let the programs do it in their housekeeping.',
  },
  'backfill-key-type': {
    danger:
      "A backfill notes how far it came in a type that may not hold the key's values: it passes rows over, or does not get on.",
    remedy: "Write the column's own type as keyType, without its collation.",
  },
  'unnamed-constraint': {
    danger: 'The server gives the constraint a name that differs from server to server.',
    remedy: 'Name it: CONSTRAINT <name>. Only a name can be dropped or changed by a later step.',
  },
  heap: {
    danger:
      'A table without a clustered index grows and fragments as rows are changed and deleted.',
    remedy: 'Give it a clustered primary key, or a clustered index by which rows are appended.',
  },
  'foreign-key-without-index': {
    danger: 'Each delete or change of a referenced row scans the whole referencing table.',
    remedy: "Create an index that begins with the foreign key's columns.",
  },
  cascade: {
    danger: 'One statement changes any number of rows of other tables, and locks them.',
    remedy: 'Leave ON DELETE and ON UPDATE out, and let the program say which rows go.',
  },
  'index-key-size': {
    danger:
      'An index key may be longer than the server takes: a row with long values is then refused.',
    remedy:
      'Shorten the columns, or put those that are not searched by into INCLUDE: 1,700 bytes are the limit, 900 of a clustered index.',
  },
  'missing-column': {
    danger: 'The statement fails: a column that it names is not there.',
    remedy: 'Add the column first, or write the name that it has.',
  },
  'second-clustered-index': {
    danger: 'The statement fails: a table has one order, and this one has it already.',
    remedy: 'Write NONCLUSTERED, or leave CLUSTERED out.',
  },
  'unknown-type': {
    danger: 'The statement fails: SQL Server has no such type, or not of that size.',
    remedy: 'Use a type of SQL Server 2019, such as those of column-type.ts.',
  },
  'still-referenced': {
    danger: 'The statement fails: an index, a constraint or another table still needs it.',
    remedy: 'Drop what is named first, in the same step.',
  },
  'disabled-index': {
    danger:
      'A table cannot be read without its clustered index, nor doubles be kept out without a unique one.',
    remedy:
      'Leave it enabled: ALTER INDEX … REBUILD WITH (ONLINE = ON) builds it anew; drop a key that nobody wants any more in a step that says why.',
  },
  'cannot-run-in-transaction': {
    danger: 'The statement fails: the server runs it outside of transactions alone.',
    remedy:
      'Leave the option out: createIndex(knex, table, { …, online: true }) builds it in one go, online where the edition can.',
  },
  'dangerous-procedure': {
    danger: 'It reaches beyond the database: the operating system, files, other servers, settings.',
    remedy: 'Leave it out; what a server needs once is set up by its administrator.',
  },
  'wide-rights': {
    danger: 'A login could do far more than its program needs.',
    remedy: 'Grant exactly the verbs that are needed, on the tables that they are needed on.',
  },
  waiting: {
    danger: 'The step sleeps while it holds its locks.',
    remedy: 'Leave it out; backfill() leaves room for others between its batches.',
  },
  'session-setting': {
    danger:
      'It undoes what this tool sets for a safe run, or ends with its own statement and so does nothing.',
    remedy: 'Leave it out: the tool sets what a step needs, the time to wait by --lock-timeout.',
  },
  'other-database': {
    danger: 'It works on another database, which nobody backs up, checks or rolls back with this.',
    remedy: 'Name tables as dbo.<table>; give the other database a step of its own.',
  },
  'missing-down': {
    danger: 'The step cannot be undone, or its down leaves another schema than was before.',
    remedy:
      'Export down(knex) that undoes, in the opposite order, all that up does, in plain T-SQL.',
  },
  'unreadable-statement': {
    danger: 'Nobody can tell what the schema is after it, so verify cannot either.',
    remedy: 'Write it as plain T-SQL, one statement at a time, without EXEC of a text.',
  },
  'does-not-apply': {
    danger: 'The statement fails on the schema that the steps before it leave.',
    remedy: 'Look at the steps before it, and at how its names are spelt.',
  },
  'unused-allowance': {
    danger: 'A rule is set aside that the step does not break: the next reader is misled.',
    remedy: 'Take it out of lintAllow.',
  },
} as const satisfies Record<string, Rule>;

export type LintRule = keyof typeof LINT_RULES;
