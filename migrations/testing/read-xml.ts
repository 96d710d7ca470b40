interface Element {
  name: string;
  attributes: Readonly<Record<string, string>>;
  children: Element[];
}

/**
 * What each element of a JUnit report may hold, by the junit-10.xsd of Jenkins' xunit plug-in: its
 * attributes, those it must have first, and its elements. Of the two that a report doesn't need
 * (properties, output) it knows nothing.
 */
const JUNIT: Readonly<Record<string, { must: string[]; may: string[]; children: string[] }>> = {
  testsuites: {
    must: [],
    may: ['name', 'time', 'tests', 'failures', 'errors'],
    children: ['testsuite'],
  },
  testsuite: {
    must: ['name', 'tests', 'failures', 'errors'],
    may: [
      'group',
      'time',
      'skipped',
      'timestamp',
      'hostname',
      'id',
      'package',
      'file',
      'log',
      'url',
    ],
    children: ['testcase'],
  },
  testcase: {
    must: ['name'],
    may: ['time', 'classname', 'group'],
    children: ['skipped', 'error', 'failure'],
  },
  failure: { must: [], may: ['type', 'message'], children: [] },
  skipped: { must: [], may: ['type', 'message'], children: [] },
};
const ENTITIES: ReadonlyMap<string, string> = new Map([
  ['lt', '<'],
  ['gt', '>'],
  ['amp', '&'],
  ['quot', '"'],
]);

/** Reads a JUnit report; fails on what is no XML, or not as {@link JUNIT} has it. */
export function readXml(text: string): Element {
  const body = text.replace(/^<\?xml version="1\.0" encoding="UTF-8"\?>\n/, '');
  const root: Element = { name: '', attributes: {}, children: [] };
  const open = [root];
  let at = 0;
  const part = /<(\/?)([a-z]+)((?: [a-z]+="[^"<>]*")*)(\/?)>|([^<>]+)/gy;
  while (at < body.length) {
    part.lastIndex = at;
    const match = part.exec(body);
    if (match === null) throw new Error(`no XML: ${body.slice(at, at + 60)}`);
    at = part.lastIndex;
    const [, closes, name = '', list = '', isEmpty, content] = match;
    const parent = open.at(-1);
    if (content !== undefined) unescaped(content);
    else if (closes === '/') {
      if (open.pop()?.name !== name) throw new Error(`</${name}> closes another`);
    } else {
      const element = { name, attributes: attributesOf(name, list), children: [] };
      const allowed = parent === root ? ['testsuites'] : JUNIT[parent?.name ?? '']?.children;
      if (allowed?.includes(name) !== true) throw new Error(`${name} is not allowed here`);
      parent?.children.push(element);
      if (isEmpty !== '/') open.push(element);
    }
  }
  const [first] = root.children;
  if (first === undefined || open.length > 1) throw new Error('it does not end');
  return first;
}

function attributesOf(element: string, list: string): Record<string, string> {
  const attributes = Object.fromEntries(
    [...list.matchAll(/ ([a-z]+)="([^"]*)"/g)].map(([, name = '', value = '']) => [
      name,
      unescaped(value),
    ]),
  );
  const { must = [], may = [] } = JUNIT[element] ?? {};
  const other = Object.keys(attributes).find((name) => ![...must, ...may].includes(name));
  const lacking = must.find((name) => attributes[name] === undefined);
  if (other !== undefined) throw new Error(`${element} has no attribute ${other}`);
  if (lacking !== undefined) throw new Error(`${element} lacks ${lacking}`);
  return attributes;
}

function unescaped(text: string): string {
  return text.replaceAll(/&([^;&]*);?/g, (entity, name: string) => {
    const code = /^#(\d+)$/.exec(name)?.[1];
    const value = code === undefined ? ENTITIES.get(name) : String.fromCharCode(Number(code));
    if (value === undefined || !entity.endsWith(';')) throw new Error(`no entity: ${entity}`);
    return value;
  });
}
