import { z } from 'zod';

/**
 * How columns come out of the two databases: SQL Server gives `datetime2` as Date, `bigint` as
 * text and pads `char`; SQLite gives numbers. Row schemas of the stores are made of these.
 */
export const instantColumn = z
  .union([z.number(), z.date(), z.string()])
  .transform((value) => new Date(value).getTime());
export const integerColumn = z.union([z.number(), z.string()]).transform(Number).pipe(z.int());

/** Epoch milliseconds as both databases take an instant. */
export function instantValue(epochMs: number): Date {
  return new Date(epochMs);
}

/** Epoch milliseconds as ISO 8601 UTC with milliseconds, as they stand in every answer. */
export function isoInstant(epochMs: number): string {
  return new Date(epochMs).toISOString();
}
