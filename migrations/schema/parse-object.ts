import type { Meaning } from './statement.ts';
import type { TokenReader } from './token-reader.ts';

/** What makes, drops, switches on or off something beside tables and modules; undefined: none of that. */
export function parseObject(reader: TokenReader): Meaning | undefined {
  if (reader.take('ALTER', 'INDEX')) return alterIndex(reader);
  return enableTrigger(reader) ?? createOrDropObject(reader);
}

/** `ALTER INDEX x ON t DISABLE`, or what builds it anew. */
function alterIndex(reader: TokenReader): Meaning {
  const name = reader.identifier();
  reader.expect('ON');
  const table = reader.name();
  const disabled = reader.take('DISABLE');
  if (!disabled && !reader.take('REBUILD')) {
    if (!reader.take('REORGANIZE') && !reader.take('SET')) {
      throw reader.unreadable('this change of an index is not known');
    }
    reader.untilWithin([';']);
    return { kind: 'data', verb: 'ALTER INDEX', table: undefined };
  }
  reader.untilWithin([';']);
  return { kind: 'enable-index', table, name, disabled };
}

/** `DISABLE TRIGGER a, b ON t` */
function enableTrigger(reader: TokenReader): Meaning | undefined {
  const disabled = reader.take('DISABLE', 'TRIGGER');
  if (!disabled && !reader.take('ENABLE', 'TRIGGER')) return undefined;
  const names = reader.several(() => reader.name());
  reader.expect('ON');
  return { kind: 'enable-trigger', table: reader.name(), names, disabled };
}

/** What has a name and no more that would be compared; a schema of its own is only told by what is in it. */
function createOrDropObject(reader: TokenReader): Meaning | undefined {
  for (const word of ['SEQUENCE', 'SYNONYM', 'TYPE'] as const) {
    if (reader.take('CREATE', word)) {
      const object = { kind: word.toLowerCase(), name: reader.name() };
      reader.untilWithin([';']);
      return { kind: 'create-object', object };
    }
    if (reader.take('DROP', word)) {
      const ifExists = reader.take('IF', 'EXISTS');
      return { kind: 'drop-object', name: reader.name(), ifExists };
    }
  }
  if (reader.take('CREATE', 'SCHEMA') || reader.take('DROP', 'SCHEMA')) {
    reader.untilWithin([';']);
    return { kind: 'data', verb: 'SCHEMA', table: undefined };
  }
  return undefined;
}
