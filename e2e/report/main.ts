import { ArgumentsError, USAGE, readArguments } from './arguments.ts';
import { progressBar, progressTexts } from './progress-lines.ts';
import { runReport } from './run-report.ts';

process.exit(await main());

async function main(): Promise<number> {
  const stopping = new AbortController();
  process.on('SIGINT', () => {
    // A second Ctrl-C does not wait.
    if (stopping.signal.aborted) process.exit(130);
    stopping.abort();
  });
  process.on('SIGTERM', () => stopping.abort()).on('SIGHUP', () => stopping.abort());
  const say = (line: string) => console.log(line);
  const progress = process.stdout.isTTY
    ? progressBar((text) => process.stdout.write(text))
    : progressTexts(say);
  try {
    const settings = readArguments(process.argv.slice(2), process.env);
    if (settings === 'help') {
      say(USAGE);
      return 0;
    }
    await runReport(settings, { say, progress, signal: stopping.signal });
    return 0;
  } catch (error) {
    if (error instanceof ArgumentsError) {
      console.error(error.message);
      return 2;
    }
    console.error(textOf(error, stopping.signal));
    return 1;
  }
}

/** In a sentence, without a stack: what fails here is somewhere else. */
function textOf(error: unknown, { aborted }: AbortSignal): string {
  if (!(error instanceof Error)) return 'Something failed that is no error.';
  if (aborted && error.name === 'AbortError') return 'Stopped.';
  const { cause } = error;
  return cause instanceof Error ? `${error.message} (${cause.message})` : error.message;
}
