import { tokenize } from '../schema/tokens.ts';

/**
 * How text stands in a script that sqlcmd, SSMS and other readers of scripts must all read alike.
 * sqlcmd takes lines for itself that begin with GO, a colon, `!!` or one of a few words, in any
 * case (learn.microsoft.com/sql/tools/sqlcmd/sqlcmd-commands), and replaces `$(name)` even inside a
 * text; some readers heed neither quotes nor comments (microsoft/sqlmanagementobjects issue 196,
 * dataplat/dbatools issue 9488). And sqlcmd reads a file without a mark of its encoding in the code
 * page of the machine, so nothing but ASCII stands in a script.
 */
const READERS_OWN = String.raw`(?:GO|RESET|ED|QUIT|EXIT|ON\s+ERROR)\b|:|!!`;

/** Where a text cannot go on as it is: at a character of no script, or between two. */
const BREAKS = new RegExp(
  [
    String.raw`[^\n\t\x20-\x7e]`,
    // A backslash before a line break would swallow both.
    String.raw`(?<=\\)(?=\n)`,
    String.raw`(?<=\$)(?=\()`,
    String.raw`(?<=\n)(?=[ \t]*(?:${READERS_OWN}))`,
  ].join('|'),
  'giu',
);

/** `EXEC sp_executesql` of a statement, to be compiled only when its turn comes. */
export function executeText(sql: string): string[] {
  const text = textExpression(sql);
  if (isLiteral(text)) return [`EXEC sp_executesql ${text};`];
  // A literal or a variable is all that a procedure takes.
  return [`SET @sql = ${text};`, 'EXEC sp_executesql @sql;'];
}

/** Whether {@link executeText} needs `@sql nvarchar(max)` to be declared. */
export function needsVariable(sql: string): boolean {
  return !isLiteral(textExpression(sql));
}

/**
 * A text as an expression of T-SQL: `N'…'`, which may have several lines, or, only where one of them
 * would be misread, pieces that the server puts together.
 */
export function textExpression(text: string): string {
  const [first = literal(''), ...rest] = piecesOf(text);
  if (rest.length === 0) return first;
  // Pieces of at most 4,000 characters would be cut off at 4,000 in all.
  return [`CAST(${first} AS nvarchar(max))`, ...rest].join(' + ');
}

/** One line of a comment: what has no place in one is a question mark there. */
export function commentLine(text: string): string {
  return `-- ${text.replaceAll(/[^\x20-\x7e]+|['"]/g, '?').replaceAll('$(', '$ (')}`;
}

function isLiteral(expression: string): boolean {
  return expression.startsWith("N'");
}

function piecesOf(text: string): string[] {
  const pieces: string[] = [];
  const add = (part: string) => {
    if (part !== '') pieces.push(literal(part));
  };
  let at = 0;
  for (const { from, replaced } of breaksOf(text)) {
    add(text.slice(at, from));
    if (replaced !== '') pieces.push(character(replaced));
    at = from + replaced.length;
  }
  add(text.slice(at));
  return pieces;
}

interface Break {
  from: number;
  /** What the server puts in place there; empty between two characters. */
  replaced: string;
}

function breaksOf(text: string): Break[] {
  const found = [...text.matchAll(BREAKS)].map(({ index, 0: replaced }): Break => ({
    from: index,
    replaced,
  }));
  return [...found, ...lineBreaksInTexts(text)].sort((a, b) => a.from - b.from);
}

/** An editor or sqlcmd may end lines otherwise: of no account between words, but not in a value. */
function lineBreaksInTexts(sql: string): Break[] {
  return tokenize(sql)
    .filter(({ kind }) => kind === 'text' || kind === 'name')
    .flatMap(({ start, end }) =>
      [...sql.slice(start, end).matchAll(/\n/g)].map(({ index }) => ({
        from: start + index,
        replaced: '\n',
      })),
    );
}

function literal(text: string): string {
  return `N'${text.replaceAll("'", "''")}'`;
}

/** A character by its code; one beyond the first 65,536 by its two units, whatever the collation. */
function character(one: string): string {
  if (one.length === 1) return `NCHAR(${one.charCodeAt(0)})`;
  return `CAST(0x${Buffer.from(one, 'utf16le').toString('hex').toUpperCase()} AS nvarchar(2))`;
}
