/** SQL Server: 2627 violates a unique constraint, 2601 a unique index. */
const SQL_SERVER_NUMBERS: readonly unknown[] = [2627, 2601];
const SQLITE_CODES: readonly unknown[] = [
  'SQLITE_CONSTRAINT_PRIMARYKEY',
  'SQLITE_CONSTRAINT_UNIQUE',
];

/** Whether a statement failed because another row already holds the key. */
export function isUniqueViolation(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return (
    ('code' in error && SQLITE_CODES.includes(error.code)) ||
    ('number' in error && SQL_SERVER_NUMBERS.includes(error.number))
  );
}
