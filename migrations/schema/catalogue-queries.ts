import { z } from 'zod';
import { modelName, nameParts } from './object-name.ts';

/** What is asked of a SQL Server's catalogue, and the rows that answer it. */

/** In whichever form a server gives it. */
export const bit = z
  .union([z.boolean(), z.number(), z.string()])
  .transform((value) => Number(value) !== 0);
export const count = z.coerce.number();

/** As `named` asks for it; a type of the server's own comes without its schema. */
export const objectName = z.string().transform((text) => modelName(nameParts(text)));

export const columnRow = z.object({
  table_name: objectName,
  name: z.string(),
  type: objectName,
  max_length: count,
  precision: count,
  scale: count,
  collation: z.string().nullable(),
  is_nullable: bit,
  is_identity: bit,
  default_name: z.string().nullable(),
  default_definition: z.string().nullable(),
  computed: z.string().nullable(),
});
export const indexRow = z.object({
  table_name: objectName,
  name: z.string(),
  type: count,
  is_unique: bit,
  is_primary_key: bit,
  is_unique_constraint: bit,
  filter: z.string().nullable(),
  column_name: z.string(),
  is_included: bit,
  is_descending: bit,
  is_disabled: bit,
});
export const foreignKeyRow = z.object({
  table_name: objectName,
  name: z.string(),
  column_name: z.string(),
  referenced_table: objectName,
  referenced_column: z.string(),
  on_delete: count,
  on_update: count,
  is_disabled: bit,
  is_not_trusted: bit,
});
export const checkRow = z.object({
  table_name: objectName,
  name: z.string(),
  definition: z.string().nullable(),
  is_disabled: bit,
  is_not_trusted: bit,
});
export const moduleRow = z.object({
  name: objectName,
  type: z.string(),
  definition: z.string().nullable(),
  is_disabled: bit,
});
export const objectRow = z.object({ name: objectName, kind: z.string() });
export const databaseRow = z.array(z.object({ collation: z.string().nullable() }));

/** The name of an object with its schema, of which `objectName` makes a model's. */
export const named = (schemaId: string, name: string) =>
  `quotename(schema_name(${schemaId})) + '.' + quotename(${name})`;
const TABLE = named('t.schema_id', 't.name');

export const DATABASE =
  'select d.collation_name as collation from sys.databases as d where d.database_id = db_id()';

export const COLUMNS = `select ${TABLE} as table_name, c.name as name,
  case when ty.is_user_defined = 1 then ${named('ty.schema_id', 'ty.name')} else ty.name end as type, c.max_length as max_length,
  c.precision as precision, c.scale as scale,
  c.collation_name as collation,
  c.is_nullable as is_nullable, c.is_identity as is_identity,
  d.name as default_name, d.definition as default_definition, cc.definition as computed
from sys.tables as t
join sys.columns as c on c.object_id = t.object_id
join sys.types as ty on ty.user_type_id = c.user_type_id
left join sys.default_constraints as d on d.parent_object_id = c.object_id and d.parent_column_id = c.column_id
left join sys.computed_columns as cc on cc.object_id = c.object_id and cc.column_id = c.column_id
where t.is_ms_shipped = 0
order by t.name, c.column_id`;
export const INDEXES = `select ${TABLE} as table_name, i.name as name, i.type as type, i.is_unique as is_unique,
  i.is_primary_key as is_primary_key, i.is_unique_constraint as is_unique_constraint,
  i.filter_definition as filter, c.name as column_name, ic.is_included_column as is_included,
  ic.is_descending_key as is_descending, i.is_disabled as is_disabled
from sys.tables as t
join sys.indexes as i on i.object_id = t.object_id
join sys.index_columns as ic on ic.object_id = i.object_id and ic.index_id = i.index_id
join sys.columns as c on c.object_id = ic.object_id and c.column_id = ic.column_id
where t.is_ms_shipped = 0 and i.name is not null
order by t.name, i.name, ic.key_ordinal, ic.index_column_id`;
export const FOREIGN_KEYS = `select ${TABLE} as table_name, f.name as name, c.name as column_name,
  ${named('r.schema_id', 'r.name')} as referenced_table,
  rc.name as referenced_column, f.delete_referential_action as on_delete, f.update_referential_action as on_update,
  f.is_disabled as is_disabled, f.is_not_trusted as is_not_trusted
from sys.tables as t
join sys.foreign_keys as f on f.parent_object_id = t.object_id
join sys.foreign_key_columns as fc on fc.constraint_object_id = f.object_id
join sys.columns as c on c.object_id = fc.parent_object_id and c.column_id = fc.parent_column_id
join sys.tables as r on r.object_id = fc.referenced_object_id
join sys.columns as rc on rc.object_id = fc.referenced_object_id and rc.column_id = fc.referenced_column_id
where t.is_ms_shipped = 0
order by t.name, f.name, fc.constraint_column_id`;
export const CHECKS = `select ${TABLE} as table_name, k.name as name, k.definition as definition,
  k.is_disabled as is_disabled, k.is_not_trusted as is_not_trusted
from sys.tables as t
join sys.check_constraints as k on k.parent_object_id = t.object_id
where t.is_ms_shipped = 0
order by t.name, k.name`;
export const MODULES = `select ${named('o.schema_id', 'o.name')} as name, rtrim(o.type) as type, m.definition as definition,
  coalesce(objectproperty(o.object_id, 'ExecIsTriggerDisabled'), 0) as is_disabled
from sys.sql_modules as m
join sys.objects as o on o.object_id = m.object_id
where o.is_ms_shipped = 0
order by o.name`;
/** What is no table, module, constraint, or part of one. */
export const OBJECTS = `select ${named('o.schema_id', 'o.name')} as name,
  case rtrim(o.type) when 'SO' then 'sequence' when 'SN' then 'synonym' else lower(o.type_desc) end as kind
from sys.objects as o
where o.is_ms_shipped = 0 and rtrim(o.type) not in
  ('U', 'V', 'P', 'FN', 'IF', 'TF', 'TR', 'PK', 'UQ', 'F', 'C', 'D', 'EC', 'IT', 'S', 'SQ', 'TT')
union all
select ${named('ty.schema_id', 'ty.name')}, 'type' from sys.types as ty where ty.is_user_defined = 1
union all
select quotename(tr.name), 'trigger of the database' from sys.triggers as tr where tr.parent_class = 0 and tr.is_ms_shipped = 0`;
