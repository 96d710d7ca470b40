import { tokenize } from '@ordercast/migrations/schema/tokens.ts';
import type { TableAccess } from './query.ts';

/** The tables that a text can name: its own before those around it. */
export type Scope = readonly (readonly TableAccess[])[];

export interface FoundColumn {
  access: TableAccess;
  column: string;
}

/** The columns that a text without queries of its own names; functions and aliases are none. */
export function columnsIn(text: string, scope: Scope): FoundColumn[] {
  const tokens = tokenize(text);
  const found: FoundColumn[] = [];
  for (const [index, { kind, value }] of tokens.entries()) {
    if (kind !== 'name' && kind !== 'word') continue;
    const [before, after] = [tokens[index - 1]?.value, tokens[index + 1]?.value];
    if (after === '.' || after === '(' || before?.toLowerCase() === 'as') continue;
    const qualifier = before === '.' ? tokens[index - 2]?.value : undefined;
    const access = scope
      .flat()
      .find(
        ({ alias, table }) =>
          (qualifier === undefined || qualifier === alias) &&
          table.columns.some(({ name }) => name === value),
      );
    if (access !== undefined) found.push({ access, column: value });
  }
  return found;
}

/** Notes the columns of a text as named by the query. */
export function nameColumns(text: string, scope: Scope): void {
  for (const { access, column } of columnsIn(text, scope)) access.named.add(column);
}
