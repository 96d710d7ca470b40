import { describe, expect, it } from 'vitest';
import { assertExactKey } from './backfill-key.ts';

const read = (keyType: string) => () => assertExactKey({ table: 'orders', key: 'id', keyType });

describe('the key of a backfill', () => {
  it.each([
    'int',
    'bigint',
    'uniqueidentifier',
    'date',
    'decimal(18, 4)',
    'datetime2',
    'datetime2(7)',
    'char(26)',
    'nvarchar(400)',
    'VARCHAR(64)',
  ])('may be a %s', (type) => {
    expect(read(type)).not.toThrow();
  });

  it.each([
    'datetime',
    'smalldatetime',
    'float',
    'real',
    'money',
    'rowversion',
    'varbinary(16)',
    'nvarchar(401)',
    'varchar(max)',
    'datetime2(3) null; drop table orders',
    'datetime2(8)',
    '',
  ])('may not be a %s, whose text is not exact', (type) => {
    expect(read(type)).toThrow(/cannot walk orders by id.*Walk it by another unique column/);
  });
});
