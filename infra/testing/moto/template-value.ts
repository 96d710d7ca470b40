/** What a template says, before its intrinsic functions are resolved or after. */
export type TemplateValue =
  string | number | boolean | null | TemplateValue[] | { [name: string]: TemplateValue };

export type TemplateMap = Record<string, TemplateValue>;

export function isMap(value: TemplateValue | undefined): value is TemplateMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value as a text; a template may say a number or a truth instead. Throws for anything else. */
export function textOf(value: TemplateValue | undefined, what: string): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw new Error(`${what} is no text: ${JSON.stringify(value)}`);
}

export function listOf(value: TemplateValue | undefined, what: string): TemplateValue[] {
  if (value === undefined) return [];
  if (Array.isArray(value)) return value;
  throw new Error(`${what} is no list: ${JSON.stringify(value)}`);
}

export function mapOf(value: TemplateValue | undefined, what: string): TemplateMap {
  if (value === undefined) return {};
  if (isMap(value)) return value;
  throw new Error(`${what} is no map: ${JSON.stringify(value)}`);
}
