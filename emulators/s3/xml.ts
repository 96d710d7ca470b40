import { XmlElement, XmlError, parseXml } from '@rgrove/parse-xml';

/** A document as nested elements; a list repeats its element, and what is undefined is left out. */
export interface XmlContent {
  [element: string]: string | number | boolean | undefined | XmlContent | readonly XmlContent[];
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
};

export function xml(document: XmlContent): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n${elements(document)}`;
}

function elements(content: XmlContent): string {
  return Object.entries(content)
    .map(([name, value]) => element(name, value))
    .join('');
}

function element(name: string, value: XmlContent[string]): string {
  if (value === undefined) return '';
  if (isList(value)) return value.map((one) => element(name, one)).join('');
  const inner = typeof value === 'object' ? elements(value) : escapeText(String(value));
  return `<${name}>${inner}</${name}>`;
}

function isList(value: XmlContent[string]): value is readonly XmlContent[] {
  return Array.isArray(value);
}

function escapeText(text: string): string {
  // A reader would make one line end of a carriage return, and a key with one would be another key.
  return text.replace(/[&<>"]/g, (sign) => ESCAPES[sign] ?? sign).replaceAll('\r', '&#13;');
}

/** Children of a document's root, if it has that name, by their own names; undefined where it is no such document. */
export function readXml(text: string, root: string): readonly XmlElement[] | undefined {
  try {
    const top = parseXml(text).root;
    return top?.name === root ? childElements(top) : undefined;
  } catch (error) {
    if (error instanceof XmlError) return undefined;
    throw error;
  }
}

export function childText(element: XmlElement, name: string): string | undefined {
  return childElements(element).find((child) => child.name === name)?.text;
}

function childElements({ children }: XmlElement): XmlElement[] {
  return children.filter((child) => child instanceof XmlElement);
}
