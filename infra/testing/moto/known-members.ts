import type { NormalizedSchema } from '@smithy/core/schema';

/** Members of an operation's input that its service does not know: the SDK would leave them out and say nothing. */
export function unknownMembers(schema: NormalizedSchema, input: unknown, path = ''): string[] {
  if (schema.isListSchema()) {
    const item = schema.getValueSchema();
    return Array.isArray(input)
      ? input.flatMap((one, index) => unknownMembers(item, one, `${path}[${index}]`))
      : [];
  }
  if (schema.isMapSchema()) {
    const value = schema.getValueSchema();
    return membersOf(input).flatMap(([name, one]) => unknownMembers(value, one, `${path}.${name}`));
  }
  if (!schema.isStructSchema()) return [];
  const known = new Map(schema.structIterator());
  return membersOf(input).flatMap(([name, one]) => {
    const member = known.get(name);
    const at = path === '' ? name : `${path}.${name}`;
    return member === undefined ? [at] : unknownMembers(member, one, at);
  });
}

function membersOf(input: unknown): [string, unknown][] {
  const isStructure = typeof input === 'object' && input !== null && !Array.isArray(input);
  return isStructure ? Object.entries(input).filter(([, value]) => value !== undefined) : [];
}
