import { explainFailure } from './explain-failure.ts';
import { EXIT } from './stopped.ts';

/** Runs a command to its exit code; what stopped it is told on standard error. */
export async function runCommand(command: () => Promise<void> | void): Promise<void> {
  try {
    await command();
    process.exitCode = EXIT.done;
  } catch (error) {
    const stopped = explainFailure(error);
    console.error(stopped?.message ?? error);
    process.exitCode = stopped?.exitCode ?? EXIT.failed;
  }
}
