/** Text that is HTML already: made by {@link html}, or of a constant. Whatever else is put into HTML is escaped. */
export class HtmlText {
  readonly #text: string;

  constructor(parts: readonly string[], values: readonly HtmlValue[] = []) {
    this.#text = parts.map((part, index) => part + textOf(values[index])).join('');
  }

  toString(): string {
    return this.#text;
  }
}

/** What may stand in a template: a text or a number is escaped, a list is put together, undefined is nothing. */
export type HtmlValue = string | number | HtmlText | readonly HtmlValue[] | undefined;

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '`': '&#96;',
  '=': '&#61;',
};

/** A template of HTML: its values are escaped for elements and for attributes alike, quoted or not. */
export function html(parts: TemplateStringsArray, ...values: HtmlValue[]): HtmlText {
  return new HtmlText(parts, values);
}

function textOf(value: HtmlValue): string {
  if (value === undefined) return '';
  if (value instanceof HtmlText) return value.toString();
  if (typeof value === 'object') return value.map(textOf).join('');
  // A browser takes a null for a fault, and a lone half of a character becomes a question mark on the way.
  return String(value)
    .toWellFormed()
    .replaceAll('\u0000', '\ufffd')
    .replace(/[&<>"'`=]/g, (character) => ENTITIES[character] ?? '');
}
