/**
 * How a session works that migrates, whatever it did before: the tool sends this with each of its
 * batches, a script begins with it. Without the ANSI settings no filtered index and no index on a
 * computed column can be made (learn.microsoft.com, "SET options that affect results"); DATEFORMAT
 * decides what `'2026-02-03'` is as datetime, ANSI_NULL_DFLT_ON what a column is that says neither
 * NULL nor NOT NULL, ROWCOUNT ends a statement after so many rows.
 */
export function sessionSettings(lockTimeoutMs: number): string {
  // First of all: under implicit transactions whatever follows would begin one.
  return `SET IMPLICIT_TRANSACTIONS OFF;
SET ROWCOUNT 0;
SET DATEFORMAT ymd;
SET TRANSACTION ISOLATION LEVEL READ COMMITTED;
SET XACT_ABORT, NOCOUNT, QUOTED_IDENTIFIER, ANSI_NULLS, ANSI_NULL_DFLT_ON, ANSI_PADDING, ANSI_WARNINGS, ARITHABORT, CONCAT_NULL_YIELDS_NULL ON;
SET NUMERIC_ROUNDABORT OFF;
SET LOCK_TIMEOUT ${lockTimeoutMs};`;
}
