import { resolve } from 'node:path';
import { startChild } from '@ordercast/platform/testing/child-process.ts';
import type { Child } from '@ordercast/platform/testing/child-process.ts';
import { readSecret } from './deployed-secret.ts';
import { programsOf, servicesOf } from './deployed-stage.ts';
import type { DeployedProgram } from './deployed-stage.ts';
import type { Account } from './stand-in-account.ts';
import { variablesHere } from './variables.ts';
import type { Surroundings } from './variables.ts';

const ROOT = resolve(import.meta.dirname, '../../..');

/** One task of a service, as a process. */
export interface RunningTask {
  /** Of its container. */
  name: string;
  /** ARNs of what sends requests to it. */
  targetGroups: readonly string[];
  child: Child;
}

/** Runs a task once, such as `migrate`, with other arguments if wanted; rejects unless it ends with 0. */
export type RunTask = (family: string, args?: readonly string[]) => Promise<void>;

export function taskRunner(account: Account, surroundings: Surroundings): RunTask {
  return async (family, args) => {
    const [program] = await programsOf(account, family);
    if (program === undefined) throw new Error(`There is no task ${family}.`);
    const child = await startProgram(program, account, surroundings, args);
    const { code } = await child.ended;
    if (code !== 0) throw new Error(`${family} ended with ${code}:\n${child.lines.join('\n')}`);
  };
}

/** Starts as many tasks of every service as it shall have, but no more than `mostTasks`. */
export async function startServices(
  account: Account,
  cluster: string,
  surroundings: Surroundings,
  mostTasks: number,
): Promise<RunningTask[]> {
  const tasks: RunningTask[] = [];
  for (const { taskDefinition, desiredCount, loadBalancers } of await servicesOf(
    account,
    cluster,
  )) {
    for (const program of await programsOf(account, taskDefinition)) {
      const { name } = program;
      const targetGroups = loadBalancers
        .filter(({ containerName }) => containerName === name)
        .map(({ targetGroupArn }) => targetGroupArn);
      for (let task = 0; task < Math.min(desiredCount, mostTasks); task += 1) {
        const child = await startProgram(program, account, surroundings);
        tasks.push({ name, targetGroups, child });
      }
    }
  }
  return tasks;
}

/** What a container of our image would run, from the sources that the image holds. */
async function startProgram(
  { name, command, variables, secrets }: DeployedProgram,
  account: Account,
  surroundings: Surroundings,
  otherArgs?: readonly string[],
): Promise<Child> {
  const [runtime, ...words] = command;
  if (runtime !== 'node') throw new Error(`${name} does not run node: ${command.join(' ')}`);
  const read: Record<string, string> = {};
  for (const [variable, reference] of Object.entries(secrets)) {
    read[variable] = await fieldOf(reference, account);
  }
  const env = { ...variablesHere(variables, surroundings), ...read };
  const end = words.findIndex((word) => !word.startsWith('-')) + 1;
  // Options of node and the program, whose paths begin at the image's working directory.
  const [first = '', ...program] = words
    .slice(0, end)
    .map((word) => word.replace(/^(--import=)?(?:\.\/)?(?=[a-z]+\/)/, `$1${ROOT}/`));
  return startChild(first, env, [...program, ...(otherArgs ?? words.slice(end))]);
}

/** `<arn of the secret>:<field>::`, as ECS reads it when a task starts. */
async function fieldOf(reference: string, account: Account): Promise<string> {
  const [, arn = '', field = ''] = /^(arn:.+?):(\w+)::$/.exec(reference) ?? [];
  const value: unknown = Reflect.get(await readSecret(account, arn), field);
  if (typeof value === 'string') return value;
  throw new Error(`${reference} names no text of a secret.`);
}
