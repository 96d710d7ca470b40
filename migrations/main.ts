import { resolve } from 'node:path';
import { readConfig } from '@ordercast/platform/config.ts';
import {
  DATABASE_VARIABLES,
  configuredDatabase,
  embeddedFileOf,
} from '@ordercast/platform/configured-database.ts';
import type { ConfiguredDatabase } from '@ordercast/platform/configured-database.ts';
import { z } from 'zod';
import { asAnswer } from './command/answer-file.ts';
import { terminalQuestion } from './command/ask-on-terminal.ts';
import { commandNamed, outputOf, readArguments } from './command/arguments.ts';
import { commandAgain } from './command/command-again.ts';
import type { MigrateArguments } from './command/arguments.ts';
import { EXIT } from './command/exit-code.ts';
import { explainError } from './command/explain-error.ts';
import { holdsAnswer, openOutput } from './command/output-file.ts';
import type { OutputFile } from './command/output-file.ts';
import type { Report } from './command/report.ts';
import { runCommand } from './command/run-command.ts';
import { USAGE } from './command/usage.ts';
import { whatWasDone } from './command/what-was-done.ts';

const VERSIONS = resolve(import.meta.dirname, 'versions');

/** `npm run migrate -- <command>`: composition root of the DBA's command line. */
async function main(args: MigrateArguments): Promise<Report> {
  if (args.command === 'help') return { exitCode: EXIT.done, text: USAGE, json: { usage: USAGE } };
  const variables = readConfig(z.object(DATABASE_VARIABLES), process.env);
  const hasDatabase =
    variables.DATABASE_URL !== undefined || variables.DATABASE_SECRET_ID !== undefined;
  let database: ConfiguredDatabase | undefined;
  if (needsDatabase(args) || (args.command === 'plan' && hasDatabase)) {
    database = await configuredDatabase(variables, (text) => tell(`Warning: ${text}`));
  }
  try {
    return await runCommand(args, {
      database,
      directory: stepFolder(args),
      environment: process.env,
      confirm: terminalQuestion(process.stdin, process.stderr),
      progress: tell,
      clock: Date.now,
      monotonicClock: () => performance.now(),
    });
  } finally {
    database?.close();
  }
}

function stepFolder({ directory }: MigrateArguments): string {
  return directory === undefined ? VERSIONS : resolve(directory);
}

function needsDatabase({ command }: MigrateArguments): boolean {
  return command !== 'plan' && command !== 'lint' && command !== 'new';
}

/** What goes on beside the answer, on standard error. */
function tell(line: string): void {
  process.stderr.write(`${line}\n`);
}

// Who read what goes on may have left; the work goes on, and so does the answer.
process.stderr.on('error', () => undefined);
process.stdout.on('error', tellOfLostAnswer);

let args: MigrateArguments | undefined;
/** Whether the command has said what it has to say; a refusal leaves the file of `--output` as it is. */
let hasAnswer = true;
let output: OutputFile | undefined;
let report: Report;
try {
  args = readArguments(process.argv.slice(2));
  if (args.output !== undefined) {
    output = openOutput(args.output, {
      databaseFile: embeddedFileOf(process.env['DATABASE_URL'] ?? ''),
      stepFolder: stepFolder(args),
    });
  }
  report = await main(args);
} catch (error) {
  const { exitCode, message, isUnexpected } = explainError(error, args && commandAgain(args));
  tell(isUnexpected && error instanceof Error ? (error.stack ?? message) : message);
  report = { exitCode, text: '', json: { error: message } };
  hasAnswer = false;
}
const command = args?.command ?? commandNamed(process.argv.slice(2)) ?? null;
const isJson = args?.json ?? process.argv.includes('--json');
const text = isJson ? JSON.stringify({ command, ...report.json }, undefined, 2) : report.text;
process.exitCode = report.exitCode;
if (hasAnswer && output !== undefined) writeTo(output);
else {
  output?.discard();
  print();
  if (!hasAnswer) tellOfEarlierAnswer();
}

/** So that nobody takes what a command before this one has left for the answer of this one. */
function tellOfEarlierAnswer(): void {
  const path = outputOf(process.argv.slice(2));
  if (path === undefined || !holdsAnswer(path)) return;
  tell(`Nothing was written to ${path}: it still holds the answer of an earlier command.`);
}

function print(): void {
  if (text !== '') process.stdout.write(`${text}\n`);
}

/** A reader that has left wants no more, as that of `head`; whatever else fails is told, with what was done. */
function tellOfLostAnswer(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE') return;
  tell(
    `The answer cannot be written to standard output: ${error.message}. ${whatWasDone(args, hasAnswer)}`,
  );
  if (report.exitCode === EXIT.done) process.exitCode = EXIT.failed;
}

/** Whatever becomes of the file, what was done is told. */
function writeTo(file: OutputFile): void {
  try {
    file.write(`${asAnswer(text, args?.command ?? '')}\n`);
    tell(`The answer is in ${args?.output}.`);
  } catch (error) {
    tell(
      `The answer cannot be written to ${args?.output} (${error instanceof Error ? error.message : String(error)}): here it is.`,
    );
    print();
    if (report.exitCode === EXIT.done) process.exitCode = EXIT.failed;
  }
}
