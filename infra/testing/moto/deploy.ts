import { namedResources, resolve } from './intrinsics.ts';
import type { Scope } from './intrinsics.ts';
import type { Made } from './maker.ts';
import { MAKERS } from './makers/makers.ts';
import { notMade } from './not-made.ts';
import { Properties } from './properties.ts';
import { stacksOf } from './stacks.ts';
import type { Stack } from './stacks.ts';
import { ACCOUNT_ID, openAccount } from './stand-in-account.ts';
import type { Account } from './stand-in-account.ts';
import { mapOf } from './template-value.ts';
import type { TemplateMap, TemplateValue } from './template-value.ts';

export interface DeployedResource extends Made {
  stack: string;
  logicalId: string;
  type: string;
  /** As they were asked for, with everything resolved. */
  properties: TemplateMap;
}

/** Makes all stacks of a cloud assembly at what stands in for AWS. Rejects at the first resource that could not be made. */
export async function deploy(assembly: string, endpoint: string): Promise<DeployedResource[]> {
  const deployed: DeployedResource[] = [];
  const outputs = new Map<string, TemplateValue>();
  for (const stack of stacksOf(assembly)) {
    const account = openAccount(endpoint, stack.region);
    try {
      deployed.push(...(await deployStack(stack, account, outputs)));
    } finally {
      account.close();
    }
  }
  return deployed;
}

/** Resources of one stack, each after those that it names; its outputs are added to `outputs`. */
async function deployStack(
  stack: Stack,
  account: Account,
  outputs: Map<string, TemplateValue>,
): Promise<DeployedResource[]> {
  const { Resources, Outputs } = stack.template;
  const made = new Map<string, DeployedResource>();
  const found = (logicalId: string): DeployedResource => {
    const resource = made.get(logicalId);
    if (resource !== undefined) return resource;
    throw new Error(`${stack.id} names "${logicalId}", which is not there.`);
  };
  const scope: Scope = {
    ref: (logicalId) => Promise.resolve(pseudoParameters(stack)[logicalId] ?? found(logicalId).ref),
    attribute: (logicalId, name) => {
      const { type, attributes } = found(logicalId);
      const value = attributes?.[name];
      if (value === undefined) throw new Error(`${type} is made without an attribute ${name}.`);
      return Promise.resolve(value);
    },
    stackOutput: (stackName, name) => {
      const value = outputs.get(`${stackName}.${name}`);
      if (value !== undefined) return value;
      throw new Error(
        `${stack.id} needs ${name} of ${stackName}, which is not deployed before it.`,
      );
    },
    secret: async (SecretId) =>
      (await account.call('secrets', 'getSecretValue', { SecretId })).text('SecretString'),
  };
  for (const logicalId of inOrder(stack)) {
    const { Type: type, Properties: given } = Resources[logicalId] ?? missing(logicalId);
    const properties = mapOf(await resolve(given, scope), logicalId);
    const one = await make({ type, properties, logicalId, stack, account });
    made.set(logicalId, { ...one, stack: stack.id, logicalId, type, properties });
  }
  for (const [name, { Value }] of Object.entries(Outputs)) {
    outputs.set(`${stack.stackName}.${name}`, await resolve(Value, scope));
  }
  return [...made.values()];
}

async function make(wanted: {
  type: string;
  properties: TemplateMap;
  logicalId: string;
  stack: Stack;
  account: Account;
}): Promise<Made> {
  const { type, properties, logicalId, stack, account } = wanted;
  const passedOver = notMade(type, properties);
  if (passedOver !== undefined) return passedOver;
  const maker = MAKERS[type];
  if (maker === undefined) {
    throw new Error(
      `Nobody makes ${type} (${stack.id} ${logicalId}): add a maker, or say in not-made.ts why not.`,
    );
  }
  const own = new Properties(type, properties);
  const whole = `${stack.stackName}-${logicalId}`;
  const name = (most = Infinity) => (whole.length <= most ? whole : logicalId.slice(-most));
  try {
    const one = await maker(own, { account, logicalId, name });
    if (own.left.length === 0) return one;
    throw new Error(`its maker knows no ${own.left.join(', ')}`);
  } catch (error) {
    throw new Error(`${stack.id} ${logicalId}, ${type}: ${String(error)}`, { cause: error });
  }
}

/** Logical ids, each after what it names or depends on. */
function inOrder({ id, template: { Resources } }: Stack): string[] {
  const order = new Set<string>();
  const visit = (logicalId: string, above: readonly string[]): void => {
    const resource = Resources[logicalId];
    if (resource === undefined || order.has(logicalId)) return;
    if (above.includes(logicalId)) throw new Error(`${id}: ${above.join(' → ')} is a circle.`);
    const before = [...resource.DependsOn, ...namedResources(resource.Properties)];
    for (const one of before) visit(one, [...above, logicalId]);
    order.add(logicalId);
  };
  for (const logicalId of Object.keys(Resources)) visit(logicalId, []);
  return [...order];
}

function pseudoParameters({ stackName, region }: Stack): TemplateMap {
  return {
    'AWS::AccountId': ACCOUNT_ID,
    'AWS::Partition': 'aws',
    'AWS::Region': region,
    'AWS::StackId': `arn:aws:cloudformation:${region}:${ACCOUNT_ID}:stack/${stackName}/0`,
    'AWS::StackName': stackName,
    'AWS::URLSuffix': 'amazonaws.com',
  };
}

function missing(logicalId: string): never {
  throw new Error(`There is no resource "${logicalId}".`);
}
