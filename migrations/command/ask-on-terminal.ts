import { once } from 'node:events';
import { createInterface } from 'node:readline/promises';

/**
 * Asks whoever sits at the terminal, beside the answer on standard output; undefined where nobody
 * does. Ctrl-C and Ctrl-D answer nothing.
 */
export function terminalQuestion(
  input: NodeJS.ReadStream,
  output: NodeJS.WriteStream,
): ((question: string) => Promise<string>) | undefined {
  if (!input.isTTY || !output.isTTY) return undefined;
  return async (question) => {
    const terminal = createInterface({ input, output });
    const closed = once(terminal, 'close').then(() => '');
    try {
      return (await Promise.race([terminal.question(question), closed])).trim();
    } finally {
      terminal.close();
    }
  };
}
