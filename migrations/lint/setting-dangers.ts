import type { Token } from '../schema/tokens.ts';
import type { Danger } from './finding.ts';

/** What the tool sets itself, and what does no harm: option and value. */
const GOOD: ReadonlySet<string> = new Set([
  'XACT_ABORT ON',
  'NOCOUNT ON',
  'QUOTED_IDENTIFIER ON',
  'ANSI_NULLS ON',
  'ANSI_PADDING ON',
  'ANSI_WARNINGS ON',
  'ARITHABORT ON',
  'CONCAT_NULL_YIELDS_NULL ON',
  'NUMERIC_ROUNDABORT OFF',
  'IMPLICIT_TRANSACTIONS OFF',
  'DEADLOCK_PRIORITY LOW',
]);

/** Of `SET a, b ON` and its like, each that is not what the tool sets itself. */
export function settingDangers(tokens: readonly Token[]): Danger[] {
  const words = tokens
    .slice(1)
    .filter(({ value }) => value !== ';')
    .map(({ value }) => value.toUpperCase());
  const value = words.at(-1) ?? '';
  const options = words.includes(',')
    ? words.slice(0, -1).filter((word) => word !== ',')
    : [words.slice(0, -1).join(' ').replace(/ -$/, '')];
  const signed = words.at(-2) === '-' ? `-${value}` : value;
  return options
    .filter((option) => !GOOD.has(`${option} ${signed}`))
    .map((option) => ({ rule: 'session-setting', message: `SET ${option} ${signed}` }));
}
