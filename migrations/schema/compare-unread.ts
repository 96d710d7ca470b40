import { difference } from './difference.ts';
import type { Difference } from './difference.ts';
import { plainText, sameName } from './schema-model.ts';
import type { IndexModel, TableModel } from './schema-model.ts';

/**
 * Of two tables of one name what can be told where a statement cannot be read: whether it is the same
 * statement on both sides, and of a table that can be read on one side alone that it was not compared.
 */
export function unreadDifferences(expected: TableModel, actual: TableModel): Difference[] {
  return [...ofTables(expected, actual), ...ofIndexes(expected, actual)];
}

function ofTables(expected: TableModel, actual: TableModel): Difference[] {
  const [one, other] = [expected.unread, actual.unread];
  if (one !== undefined && other !== undefined) {
    return differing(expected.name, one.statement, other.statement);
  }
  const reason = (one ?? other)?.reason;
  if (reason === undefined) return [];
  const which = other === undefined ? 'as the steps make it it' : 'as it is here it';
  return [
    {
      subject: expected.name,
      kind: 'not-compared',
      actual: `its columns, keys and checks were not compared: ${which} cannot be read (${reason})`,
      expected: undefined,
    },
  ];
}

function ofIndexes(expected: TableModel, actual: TableModel): Difference[] {
  const find = ({ indexes }: TableModel, name: string): IndexModel | undefined =>
    indexes.find((index) => index.unread !== undefined && sameName(index.name, name));
  const unread = [...expected.indexes, ...actual.indexes].filter((one) => one.unread !== undefined);
  return [...new Set(unread.map(({ name }) => name))].flatMap((name) =>
    differing(
      `${expected.name}: ${name}`,
      find(expected, name)?.unread,
      find(actual, name)?.unread,
    ),
  );
}

function differing(
  subject: string,
  expected: string | undefined,
  actual: string | undefined,
): Difference[] {
  const [one, other] = [expected && plainText(expected), actual && plainText(actual)];
  return one === other ? [] : [difference(subject, one, other)];
}
