import type { Difference } from './difference.ts';
import { inBrackets, quotedName } from './object-name.ts';
import { sameName } from './schema-model.ts';
import type { Enforcement, SchemaModel, TableModel } from './schema-model.ts';

/** Constraints, indexes and triggers that are there and are not kept as the steps have them. */
export function enforcementDifferences(expected: TableModel, actual: TableModel): Difference[] {
  const of = (name: string) => `${actual.name}: ${name}`;
  const constraints = ({ foreignKeys, checks }: TableModel) => [...foreignKeys, ...checks];
  const indexes = ({ primaryKey, uniques, indexes: own }: TableModel) => [
    ...(primaryKey === undefined ? [] : [primaryKey]),
    ...uniques,
    ...own,
  ];
  return [
    ...pairsByName(constraints(expected), constraints(actual)).flatMap(([name, one, other]) =>
      constraintDifference(of(name), one.enforcement, other.enforcement, {
        remedy: `ALTER TABLE ${quotedName(actual.name)} WITH CHECK CHECK CONSTRAINT ${inBrackets(name)};`,
      }),
    ),
    ...pairsByName(indexes(expected), indexes(actual)).flatMap(([name, one, other]) =>
      disabledDifference(of(name), one.disabled, other.disabled, {
        what: 'the index is disabled: it is not kept, and no query uses it',
        remedy: `ALTER INDEX ${inBrackets(name)} ON ${quotedName(actual.name)} REBUILD;`,
      }),
    ),
  ];
}

/** Triggers that do not run though the steps have them run. */
export function triggerDifferences(expected: SchemaModel, actual: SchemaModel): Difference[] {
  const modules = ({ modules: own }: SchemaModel) => [...own.values()];
  return pairsByName(modules(expected), modules(actual)).flatMap(([name, one, other]) =>
    disabledDifference(name, one.disabled, other.disabled, {
      what: 'the trigger is disabled and does not run; ENABLE TRIGGER with the name of its table lets it',
    }),
  );
}

function constraintDifference(
  subject: string,
  expected: Enforcement | undefined,
  actual: Enforcement | undefined,
  { remedy }: { remedy: string },
): Difference[] {
  // One that is trusted though the steps never checked it is no fault.
  if (expected === actual || (expected === 'untrusted' && actual === undefined)) return [];
  if (actual === undefined || expected === 'disabled') {
    return [
      {
        subject,
        kind: 'different',
        actual: actual ?? 'enforced',
        expected: expected ?? 'enforced',
      },
    ];
  }
  const what =
    actual === 'disabled'
      ? 'the constraint is disabled: no row is checked'
      : 'the constraint is not trusted: rows that were there were not checked, and no plan builds on it';
  return [{ subject, kind: actual, actual: what, expected: expected ?? 'enforced', remedy }];
}

function disabledDifference(
  subject: string,
  expected: boolean | undefined,
  actual: boolean | undefined,
  { what, remedy }: { what: string; remedy?: string },
): Difference[] {
  if ((expected ?? false) === (actual ?? false)) return [];
  return actual === true
    ? [
        {
          subject,
          kind: 'disabled',
          actual: what,
          expected: 'enabled',
          ...(remedy !== undefined && { remedy }),
        },
      ]
    : [{ subject, kind: 'different', actual: 'enabled', expected: 'disabled' }];
}

/** What stands under the same name on both sides. */
function pairsByName<Item extends { name: string | undefined }>(
  expected: readonly Item[],
  actual: readonly Item[],
): [string, Item, Item][] {
  return actual.flatMap((other): [string, Item, Item][] => {
    const { name } = other;
    if (name === undefined) return [];
    const one = expected.find((item) => sameName(item.name, name));
    return one === undefined ? [] : [[name, one, other]];
  });
}
