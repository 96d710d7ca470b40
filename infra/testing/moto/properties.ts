import { listOf, mapOf, textOf } from './template-value.ts';
import type { TemplateMap, TemplateValue } from './template-value.ts';

/** The resolved properties of one resource, each of which its maker must take: what is left over was forgotten. */
export class Properties {
  readonly #type: string;
  readonly #left: Map<string, TemplateValue>;

  constructor(type: string, values: TemplateMap) {
    this.#type = type;
    this.#left = new Map(Object.entries(values));
  }

  take(name: string): TemplateValue | undefined {
    const value = this.#left.get(name);
    this.#left.delete(name);
    return value;
  }

  text(name: string): string {
    return textOf(this.take(name), `${this.#type} ${name}`);
  }

  list(name: string): TemplateValue[] {
    return listOf(this.take(name), `${this.#type} ${name}`);
  }

  map(name: string): TemplateMap {
    return mapOf(this.take(name), `${this.#type} ${name}`);
  }

  /** A JSON document that the service takes as a text; undefined where there is none. */
  json(name: string): string | undefined {
    const value = this.take(name);
    return value === undefined ? undefined : JSON.stringify(value);
  }

  /** These, under the names that they have in the template, which the service has, too. */
  same(...names: readonly string[]): TemplateMap {
    return Object.fromEntries(
      names.flatMap((name): [string, TemplateValue][] => {
        const value = this.take(name);
        return value === undefined ? [] : [[name, value]];
      }),
    );
  }

  /** Names of what nobody has taken. */
  get left(): string[] {
    return [...this.#left.keys()];
  }
}

/** ECS, ECR and CloudWatch Logs begin the names of members with a small letter; templates with a capital. */
export function lowerNames(value: TemplateValue): TemplateValue {
  if (Array.isArray(value)) return value.map(lowerNames);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [
      name.charAt(0).toLowerCase() + name.slice(1),
      lowerNames(item),
    ]),
  );
}
