/** One part of a name as T-SQL writes it: `[a.b]`, `"a.b"`, or plain up to the next point. */
const PART = /\[((?:[^\]]|\]\])*)\](?=\.|$)|"((?:[^"]|"")*)"(?=\.|$)|([^.]*)/y;

/**
 * The name of a table, or of another object, as a model has it: its schema before it only where that
 * is another than `dbo`, and a part in brackets where it would be read otherwise without them:
 * `orders`, `audit.log`, `[a.b]`.
 */
export function modelName(parts: readonly string[]): string {
  const [name = '', schema] = parts.toReversed();
  const isOwn = schema === undefined || schema.toLowerCase() === 'dbo';
  return isOwn ? partText(name) : `${partText(schema)}.${partText(name)}`;
}

/** The parts of a name, without brackets and quotes: of a model's, or of one that a text holds. */
export function nameParts(text: string): string[] {
  const parts: string[] = [];
  for (let at = 0; at <= text.length;) {
    PART.lastIndex = at;
    const [all = '', inBrackets, inQuotes, plain = ''] = PART.exec(text) ?? [];
    parts.push(inBrackets?.replaceAll(']]', ']') ?? inQuotes?.replaceAll('""', '"') ?? plain);
    at += all.length + 1;
  }
  return parts;
}

/** A model's name as T-SQL takes it, whatever is in it: `[audit].[log]`. */
export function quotedName(name: string): string {
  return nameParts(name).map(inBrackets).join('.');
}

/** One part of a name as T-SQL takes it, whatever is in it. */
export function inBrackets(part: string): string {
  return `[${part.replaceAll(']', ']]')}]`;
}

function partText(part: string): string {
  return part.includes('.') || /^["[]/.test(part) ? inBrackets(part) : part;
}
