/** A script for sqlcmd holds what sqlcmd would take for itself, or cannot read. */
export class NotForSqlcmd extends Error {
  override name = 'NotForSqlcmd';
}

/** `GO`, a count behind it, and a comment. */
const GO = /^[ \t]*GO(?:[ \t]+(\d+))?[ \t]*(?:--.*)?;?$/i;
/** With a colon, or without one as osql had them. */
const COMMAND = /^[ \t]*(?::|!!|(?:RESET|ED|QUIT|EXIT|ON[ \t]+ERROR)\b)/i;

/**
 * Splits a script into batches by sqlcmd's documented rules, read as strictly as any tool reads
 * them: GO and commands count at the beginning of a line, in any case, with blanks before them
 * (learn.microsoft.com/sql/tools/sqlcmd/sqlcmd-commands; microsoft/go-sqlcmd pkg/sqlcmd/commands.go),
 * and here also inside of texts and comments, where sqlcmd and SSMS would pass over them and SMO,
 * osql and Invoke-SqlCmd2 do not. Variables are replaced inside of texts too (go-sqlcmd's batch.go);
 * a file without a byte order mark is read in the machine's code page (sqlcmd-utility, `-f`). What
 * a script must not hold is an error.
 */
export function splitScript(script: string): string[] {
  const foreign = /[^\n\t\x20-\x7e]/.exec(script)?.[0];
  if (foreign !== undefined) {
    throw new NotForSqlcmd(`A code page decides what this is: ${JSON.stringify(foreign)}`);
  }
  if (script.includes('$(')) throw new NotForSqlcmd('sqlcmd would replace a variable.');
  const batches: string[][] = [[]];
  for (const line of script.split('\n')) {
    const go = GO.exec(line);
    if (COMMAND.test(line)) throw new NotForSqlcmd(`sqlcmd would do this: ${line}`);
    if (go?.[1] !== undefined) throw new NotForSqlcmd(`sqlcmd would repeat a batch: ${line}`);
    if (go === null) batches.at(-1)?.push(line);
    else batches.push([]);
  }
  return batches.map((lines) => lines.join('\n')).filter((sql) => sql.trim() !== '');
}
