import { isMap, listOf, mapOf, textOf } from './template-value.ts';
import type { TemplateMap, TemplateValue } from './template-value.ts';

/** What the names in a template stand for. Each rejects for a name that it does not know. */
export interface Scope {
  ref: (logicalId: string) => Promise<TemplateValue>;
  attribute: (logicalId: string, name: string) => Promise<TemplateValue>;
  stackOutput: (stackName: string, output: string) => TemplateValue;
  /** The text of a secret, by its ARN. */
  secret: (arn: string) => Promise<string>;
}

/** `Ref` of `AWS::NoValue`: whatever holds it is left out. */
const NO_VALUE = 'AWS::NoValue';
/** `{{resolve:secretsmanager:<arn>:SecretString:<key>::}}`, where the ARN itself has colons. */
const SECRET = /\{\{resolve:secretsmanager:(arn:.+?):SecretString:([^:}]*):[^:}]*:[^:}]*\}\}/g;

/**
 * Resolves a value of a template: intrinsic functions first, then references to secrets. Throws for a function that it does
 * not know, so that nothing is passed over.
 */
export async function resolve(value: TemplateValue, scope: Scope): Promise<TemplateValue> {
  return withSecrets(await evaluate(value, scope), scope);
}

async function evaluate(value: TemplateValue, scope: Scope): Promise<TemplateValue> {
  if (!isMap(value)) {
    if (!Array.isArray(value)) return value;
    return oneByOne(value, (item) => evaluate(item, scope));
  }
  const [[name, argument] = ['', null], ...others] = Object.entries(value);
  if (others.length === 0 && (name === 'Ref' || name.startsWith('Fn::'))) {
    return call(name, argument, scope);
  }
  return mapped(value, (item) => evaluate(item, scope));
}

/** The resources that a value names in its own stack. */
export function namedResources(value: TemplateValue): string[] {
  if (Array.isArray(value)) return value.flatMap(namedResources);
  if (!isMap(value)) return [];
  return Object.entries(value).flatMap(([name, argument]) => {
    if (name === 'Ref' && typeof argument === 'string') return [argument];
    if (name === 'Fn::GetAtt') return [attributeOf(argument)[0]];
    if (name === 'Fn::Sub') return [...subNames(argument), ...namedResources(argument)];
    return namedResources(argument);
  });
}

async function call(name: string, argument: TemplateValue, scope: Scope): Promise<TemplateValue> {
  const given = async () => listOf(await evaluate(argument, scope), name);
  switch (name) {
    case 'Ref':
      return scope.ref(textOf(argument, name));
    case 'Fn::GetAtt':
      return scope.attribute(...attributeOf(argument));
    case 'Fn::GetStackOutput': {
      const { StackName, OutputName } = mapOf(argument, name);
      return scope.stackOutput(textOf(StackName, name), textOf(OutputName, name));
    }
    case 'Fn::Join': {
      const [delimiter, parts] = await given();
      const texts = listOf(parts, name).map((part) => textOf(part, name));
      return texts.join(textOf(delimiter, name));
    }
    case 'Fn::Split': {
      const [delimiter, text] = await given();
      return textOf(text, name).split(textOf(delimiter, name));
    }
    case 'Fn::Select': {
      const [index, items] = await given();
      const wanted = textOf(index, name);
      const item = listOf(items, name)[Number(wanted)];
      if (item === undefined) throw new Error(`Fn::Select: there is no item ${wanted}.`);
      return item;
    }
    case 'Fn::Sub':
      return substitute(argument, scope);
    default:
      throw new Error(`${name} is an intrinsic function that this deployer does not know.`);
  }
}

const VARIABLE = /\$\{([^!}][^}]*)\}/g;

async function substitute(argument: TemplateValue, scope: Scope): Promise<string> {
  const [text, given] = Array.isArray(argument) ? argument : [argument];
  const values = mapOf(await evaluate(given ?? {}, scope), 'Fn::Sub');
  let result = textOf(text, 'Fn::Sub');
  for (const [variable, name = ''] of result.matchAll(VARIABLE)) {
    const value =
      values[name] ??
      (await (name.includes('.') ? scope.attribute(...attributeOf(name)) : scope.ref(name)));
    result = result.replaceAll(variable, textOf(value, name));
  }
  return result.replaceAll('${!', '${');
}

/** What `Fn::Sub` names of the template, without what it is given itself. */
function subNames(argument: TemplateValue): string[] {
  const [text, given] = Array.isArray(argument) ? argument : [argument];
  const own = mapOf(given, 'Fn::Sub');
  return [...textOf(text, 'Fn::Sub').matchAll(VARIABLE)]
    .map(([, name = '']) => name)
    .filter((name) => !(name in own))
    .map((name) => name.split('.')[0] ?? '');
}

/** `[id, attribute]`, or `id.attribute`, whose attribute may have dots. */
function attributeOf(argument: TemplateValue): [string, string] {
  const parts = typeof argument === 'string' ? argument.split('.') : listOf(argument, 'Fn::GetAtt');
  const [id = '', ...attribute] = parts.map((part) => textOf(part, 'Fn::GetAtt'));
  return [id, attribute.join('.')];
}

async function withSecrets(value: TemplateValue, scope: Scope): Promise<TemplateValue> {
  if (Array.isArray(value)) return oneByOne(value, (item) => withSecrets(item, scope));
  if (isMap(value)) return mapped(value, (item) => withSecrets(item, scope));
  if (typeof value !== 'string') return value;
  let result = value;
  for (const [reference, arn = '', key = ''] of value.matchAll(SECRET)) {
    const content: unknown = JSON.parse(await scope.secret(arn));
    const part: unknown = Reflect.get(Object(content), key);
    if (typeof part !== 'string') throw new Error(`The secret ${arn} has no text "${key}".`);
    result = result.replaceAll(reference, () => part);
  }
  if (result.includes('{{resolve:')) throw new Error(`Not a reference to a secret: ${value}`);
  return result;
}

type Change = (item: TemplateValue) => Promise<TemplateValue>;

async function oneByOne(items: readonly TemplateValue[], change: Change): Promise<TemplateValue[]> {
  const changed: TemplateValue[] = [];
  for (const item of items) if (!isNoValue(item)) changed.push(await change(item));
  return changed;
}

async function mapped(map: TemplateMap, change: Change): Promise<TemplateMap> {
  const changed: TemplateMap = {};
  for (const [name, item] of Object.entries(map)) {
    if (!isNoValue(item)) changed[name] = await change(item);
  }
  return changed;
}

function isNoValue(value: TemplateValue): boolean {
  return isMap(value) && value['Ref'] === NO_VALUE;
}
