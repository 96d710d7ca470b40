import { once } from 'node:events';
import { createInterface } from 'node:readline/promises';

/** A stream that may be a terminal, as those of the process are. */
type Terminal<Stream> = Stream & { isTTY?: boolean };

/**
 * Asks whoever sits at the terminal, beside the answer on standard output; undefined where nobody
 * does. Ctrl-C and Ctrl-D answer nothing.
 */
export function terminalQuestion(
  input: Terminal<NodeJS.ReadableStream>,
  output: Terminal<NodeJS.WritableStream>,
): ((question: string) => Promise<string>) | undefined {
  if (input.isTTY !== true || output.isTTY !== true) return undefined;
  return async (question) => {
    const terminal = createInterface({ input, output });
    const gone = once(terminal, 'close').then(() => '');
    // Ctrl-C and Ctrl-D abort the question; where the terminal is gone it is never answered.
    const answered = terminal.question(question).catch(() => '');
    try {
      return (await Promise.race([answered, gone])).trim();
    } finally {
      terminal.close();
    }
  };
}
