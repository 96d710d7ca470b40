import { describe, expect, it } from 'vitest';
import { splitScript } from '../testing/split-script.ts';
import { textOf } from '../testing/text-of-expression.ts';
import { commentLine, executeText, needsVariable, textExpression } from './script-text.ts';

const HOSTILE = [
  'CREATE VIEW v AS\nGO\nSELECT 1',
  'SELECT 1\n  go 5 -- comment\n;',
  '/* a\n:r secret.sql\n*/ SELECT 1',
  "INSERT INTO a VALUES ('x\nGO\ny')",
  "INSERT INTO a VALUES ('one\ntwo', 'it''s $(secret)')",
  'SELECT 1\n!! del *\n:setvar x y\n\t:on error ignore\nEXIT\nquit\nED\nRESET',
  "-- a comment that goes on \\\nDROP TABLE a -- it's $(x)",
  "INSERT INTO a VALUES ('gr\u00fc\u00df dich \u{1f600}', '\r\n', '\u2028GO')",
  'SELECT 1 AS [a\nb], "c\nGO"',
  `SELECT '${'x'.repeat(9_000)}'\nGO`,
  '',
];

describe('a statement in a script', () => {
  it.each(HOSTILE)('%j is one batch for every reader, and reaches the server as it is', (sql) => {
    const [before = '', batch = '', ...more] = splitScript(
      ['PRINT 1;', 'GO', ...executeText(sql), 'GO'].join('\n'),
    );
    expect([before, more]).toEqual(['PRINT 1;', []]);
    const expression =
      /^(?:SET @sql = |EXEC sp_executesql )(.*?);$(?:\nEXEC sp_executesql @sql;$)?/s;
    expect(textOf(expression.exec(batch)?.[1] ?? '')).toBe(sql);
    expect(batch.startsWith('SET @sql')).toBe(needsVariable(sql));
  });

  it.each([
    "CREATE TABLE a (\n  id int, -- the key\n  note nvarchar(10) DEFAULT 'it''s'\n)",
    'SELECT 1\nGOTO later\n/* GO */\nGOOD:\n',
    'SELECT $ (1)',
  ])('%j stays as readable as it is', (sql) => {
    expect(textExpression(sql)).toBe(`N'${sql.replaceAll("'", "''")}'`);
  });

  it('keeps its values where an editor or sqlcmd ends the lines of the script otherwise', () => {
    const sql = "INSERT INTO a\nVALUES ('one\ntwo', N'three\n')";
    const saved = textExpression(sql).replaceAll('\n', '\r\n');
    expect(textOf(saved)).toBe(sql.replace('\n', '\r\n'));
  });

  it('is broken only where it must be', () => {
    expect(textExpression('CREATE VIEW v AS\nSELECT 1\nGO\nSELECT 2')).toBe(
      "CAST(N'CREATE VIEW v AS\nSELECT 1\n' AS nvarchar(max)) + N'GO\nSELECT 2'",
    );
  });
});

describe('a comment of a script', () => {
  it('is one line of plain text, whatever it is about', () => {
    const line = commentLine("o'brien\nGO\r:r x \u2028 $(x) \u00fc");
    expect(line).toBe('-- o?brien?GO?:r x ? $ (x) ?');
    expect(splitScript(`${line}\nPRINT 1;`)).toHaveLength(1);
  });
});
