import type { Json } from './assembly.ts';

/** The logical id that `{Ref}` names; empty for anything else. */
export function refOf(value: Json | undefined): string {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  const ref = isObject ? value['Ref'] : undefined;
  return typeof ref === 'string' ? ref : '';
}
