import { describe, expect, it } from 'vitest';
import { statementsText } from '../step/statements-text.ts';
import { statementDifference } from './statement-difference.ts';

const text = (up: readonly string[], down?: readonly string[]) => {
  const items = (list: readonly string[]) =>
    list.map((sql) => ({ kind: 'statement' as const, sql }));
  return statementsText({ up: items(up), down: down && items(down) });
};

describe('the difference of two recordings of a step', () => {
  it('is nothing where they are the same', () => {
    expect(statementDifference(text(['A', 'B'], ['C']), text(['A', 'B'], ['C']))).toEqual([]);
  });

  it('names just the lines that went and came, in their order', () => {
    const before = text(['CREATE TABLE a (\n  id int,\n  n int\n)', 'CREATE INDEX i', 'C'], ['D']);
    const after = text(['CREATE TABLE a (\n  id bigint,\n  n int\n)', 'C', 'NEW'], ['D']);
    expect(statementDifference(before, after)).toEqual([
      '-   id int,',
      '+   id bigint,',
      '- CREATE INDEX i',
      '+ NEW',
    ]);
  });

  it('names of a long table just the columns that went and came, each with the table', () => {
    const columns = Array.from({ length: 20 }, (_unused, at) => `[c${at}] decimal(9, 2) NOT NULL`);
    const table = (...more: readonly string[]) =>
      `CREATE TABLE dbo.[orders] (${[...columns, ...more].join(', ')})`;
    const check = "CONSTRAINT ck CHECK ([s] IN ('a, b', '(c'))";
    expect(
      statementDifference(
        text([table(check, '[note] nvarchar(100) NULL')]),
        text([table(check, '[note] nvarchar(200) NULL')]),
      ),
    ).toEqual([
      '- CREATE TABLE dbo.[orders]: [note] nvarchar(100) NULL',
      '+ CREATE TABLE dbo.[orders]: [note] nvarchar(200) NULL',
    ]);
    expect(statementDifference(text([table()]), text([table(check)]))).toEqual([
      `+ CREATE TABLE dbo.[orders]: ${check}`,
    ]);
  });

  it('tells a down that came or went', () => {
    expect(statementDifference(text(['A']), text(['A'], ['B']))).toEqual([
      '- -- no down',
      '+ -- down',
      '+ B',
    ]);
  });

  it('tells a backfill that is another', () => {
    const of = (batch: number) =>
      statementsText({
        up: [
          {
            kind: 'backfill',
            backfill: { table: 't', key: 'id', keyType: 'int', set: 'n = 1', batch },
          },
        ],
        down: undefined,
      });
    const [gone, came] = statementDifference(of(10), of(20)) ?? [];
    expect(gone).toMatch(/^- -- backfill .*"batch":10/);
    expect(came).toMatch(/^\+ -- backfill .*"batch":20/);
  });

  it('is cut where it is long, also where it is too long to be matched line by line', () => {
    const many = (mark: string, count: number) =>
      Array.from({ length: count }, (_unused, index) => `${mark}${index}`);
    const short = statementDifference(text(many('a', 30)), text(many('b', 30)));
    expect(short?.at(-1)).toBe('… and 20 more lines');
    const long = statementDifference(text(many('a', 3000)), text(many('b', 3000)));
    expect(long).toHaveLength(41);
    expect(long?.at(-1)).toBe('… and 5960 more lines');
  });

  it('is not known where the earlier one was not kept, or is no recording', () => {
    expect(statementDifference(null, text(['A']))).toBeUndefined();
    expect(statementDifference('CREATE TABLE', text(['A']))).toBeUndefined();
  });
});

describe('the text of the statements', () => {
  it('has no line break and no variable of sqlcmd, and is the same again when it is read', () => {
    const sql = "SELECT '$(HOME)'\r\nGO\nSELECT 1";
    const kept = text([sql]);
    expect(kept).not.toMatch(/[\r\n]|\$\(/);
    expect(JSON.parse(kept)).toEqual([[{ kind: 'statement', sql }], null]);
  });
});
