import { wait } from '@ordercast/platform/wait.ts';
import { ArgumentsError, USAGE, readArguments } from './arguments.ts';
import { runSmoke } from './run-smoke.ts';

process.exit(await main());

async function main(): Promise<number> {
  try {
    const settings = readArguments(process.argv.slice(2), process.env);
    if (settings === 'help') {
      console.log(USAGE);
      return 0;
    }
    const passed = await runSmoke(settings, {
      wait,
      clock: () => performance.now(),
      say: (line) => console.log(line),
      complain: (text) => console.error(text),
    });
    return passed ? 0 : 1;
  } catch (error) {
    if (!(error instanceof ArgumentsError)) throw error;
    console.error(error.message);
    return 2;
  }
}
