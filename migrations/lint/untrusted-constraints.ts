import { statementsOf } from '../schema/expected-schema.ts';
import { key } from '../schema/schema-model.ts';
import type { Statement } from '../schema/statement.ts';
import type { Step } from '../step/step.ts';
import type { Danger } from './finding.ts';

interface Untrusted {
  step: Step;
  table: string;
  /** Undefined: every one of the table. */
  name: string | undefined;
  danger: Danger;
}

/** Of a step, the constraints whose rows it leaves unchecked, and that no later statement checks. */
export function untrustedConstraints(steps: readonly Step[]): (step: Step) => Danger[] {
  let open: Untrusted[] = [];
  for (const step of steps) {
    for (const statement of statementsOf(step.up)) {
      open = open.filter((one) => !isSettledBy(statement, one));
      open.push(...untrusted(statement, step));
    }
  }
  return (step) => open.filter((one) => one.step === step).map(({ danger }) => danger);
}

function isSettledBy(statement: Statement, one: Untrusted): boolean {
  switch (statement.kind) {
    case 'drop-table':
      return key(statement.table) === one.table;
    case 'drop-constraint':
      return key(statement.table) === one.table && key(statement.name) === one.name;
    case 'enforce': {
      if (key(statement.table) !== one.table) return false;
      const isSame = statement.names.map(key).some((name) => name === 'all' || name === one.name);
      return statement.enforcement === undefined && isSame;
    }
    default:
      return false;
  }
}

function untrusted(statement: Statement, step: Step): Untrusted[] {
  if (statement.kind === 'add-constraint') {
    const { constraint, table, sql } = statement;
    if (constraint.type !== 'foreign-key' && constraint.type !== 'check') return [];
    if (constraint.checked) return [];
    const name = constraint.type === 'check' ? constraint.name : constraint.foreignKey.name;
    const how = /\bNOT\s+FOR\s+REPLICATION\b/i.test(sql) ? 'NOT FOR REPLICATION' : 'WITH NOCHECK';
    return [entry(step, table, name, `${name ?? 'a constraint'} of ${table} is added ${how}`)];
  }
  if (statement.kind !== 'enforce' || statement.enforcement === undefined) return [];
  const { names, table, enforcement } = statement;
  const how = enforcement === 'disabled' ? 'is switched off' : 'is switched on without WITH CHECK';
  return names.map((name) => {
    const one = key(name) === 'all' ? undefined : name;
    return entry(step, table, one, `${one ?? 'every constraint'} of ${table} ${how}`);
  });
}

function entry(step: Step, table: string, name: string | undefined, what: string): Untrusted {
  return {
    step,
    table: key(table),
    name: name === undefined ? undefined : key(name),
    danger: {
      rule: 'untrusted-constraint',
      message: `${what}, and no later step checks the rows that are there`,
    },
  };
}
