import { describe, expect, it } from 'vitest';
import { qualifyNames } from './qualify-names.ts';

describe('a statement of a step', () => {
  it.each([
    ['CREATE TABLE [orders] (id int)', 'CREATE TABLE dbo.[orders] (id int)'],
    ['alter table orders drop column n', 'alter table dbo.orders drop column n'],
    [
      "if object_id('a', 'U') is null CREATE TABLE a (n int)",
      "if object_id('a', 'U') is null CREATE TABLE dbo.a (n int)",
    ],
    ['DROP TABLE IF EXISTS [a]', 'DROP TABLE IF EXISTS dbo.[a]'],
    [
      'CREATE TABLE a (b int CONSTRAINT fk REFERENCES [people] ([sub]))',
      'CREATE TABLE dbo.a (b int CONSTRAINT fk REFERENCES dbo.[people] ([sub]))',
    ],
    [
      'CREATE UNIQUE CLUSTERED INDEX [ix] ON [a] ([b])',
      'CREATE UNIQUE CLUSTERED INDEX [ix] ON dbo.[a] ([b])',
    ],
    ['DROP INDEX IF EXISTS ix ON a', 'DROP INDEX IF EXISTS ix ON dbo.a'],
    ['insert into [a] ([b]) values (1)', 'insert into dbo.[a] ([b]) values (1)'],
    ['update [a] set b = (select max(c) from d)', 'update dbo.[a] set b = (select max(c) from d)'],
    ['delete from a where b = 1', 'delete from dbo.a where b = 1'],
    ['update top (9) a set b = 1', 'update top (9) dbo.a set b = 1'],
    ['delete top (5) percent from a', 'delete top (5) percent from dbo.a'],
    ['delete a where b = 1', 'delete dbo.a where b = 1'],
    ['TRUNCATE TABLE a', 'TRUNCATE TABLE dbo.a'],
    [
      'CREATE OR ALTER VIEW v AS SELECT 1 AS one FROM a',
      'CREATE OR ALTER VIEW dbo.v AS SELECT 1 AS one FROM a',
    ],
    ['DROP PROCEDURE IF EXISTS p', 'DROP PROCEDURE IF EXISTS dbo.p'],
  ])('%s names its schema', (sql, qualified) => {
    expect(qualifyNames(sql)).toBe(qualified);
    expect(qualifyNames(qualified)).toBe(qualified);
  });

  it.each([
    'CREATE TABLE other.a (id int)',
    'CREATE TABLE [dbo].[a] (id int)',
    'CREATE TABLE #a (id int)',
    'update o set b = 1 from orders as o',
    'UPDATE STATISTICS orders',
    "insert into dbo.notes values ('CREATE TABLE a')",
    'CREATE PROCEDURE dbo.p AS CREATE TABLE a (id int)',
    "EXEC sp_rename 'dbo.a', 'b'",
    '-- DROP TABLE a\nGRANT SELECT ON SCHEMA::dbo TO app',
  ])('%s is left as it is', (sql) => {
    expect(qualifyNames(sql)).toBe(sql);
  });
});
