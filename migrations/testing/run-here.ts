import { configuredDatabase } from '@ordercast/platform/configured-database.ts';
import { readArguments } from '../command/arguments.ts';
import { commandAgain } from '../command/command-again.ts';
import { explainError } from '../command/explain-error.ts';
import { runCommand } from '../command/run-command.ts';

const NOW = Date.UTC(2026, 10, 22, 21);

/** Runs a command in this process, on no database where there is no `url`; `out` is its answer, or why there is none. */
export async function runHere(
  args: readonly string[],
  {
    directory,
    url,
    confirm,
    environment = {},
    progress = () => undefined,
  }: {
    directory: string;
    url: string | undefined;
    /** What is typed at the terminal; undefined: there is none. */
    confirm?: (question: string) => Promise<string>;
    environment?: Readonly<Record<string, string>>;
    progress?: (line: string) => void;
  },
): Promise<{ code: number; out: string }> {
  const read = readArguments(args);
  const database =
    url === undefined
      ? undefined
      : await configuredDatabase({ DATABASE_URL: url, AWS_REGION: 'us-east-1' }, () => undefined);
  try {
    const { exitCode, text, json } = await runCommand(read, {
      database,
      directory,
      environment,
      confirm,
      progress,
      clock: () => NOW,
      monotonicClock: () => 0,
    });
    return { code: exitCode, out: read.json ? JSON.stringify(json) : text };
  } catch (error) {
    const { exitCode, message } = explainError(error, commandAgain(read));
    return { code: exitCode, out: message };
  } finally {
    database?.close();
  }
}
