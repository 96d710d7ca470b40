import { once } from 'node:events';
import { createInterface } from 'node:readline/promises';

/** Asks whoever sits at the terminal; undefined where nobody does. Ctrl-C and Ctrl-D answer nothing. */
export function terminalQuestion(): ((question: string) => Promise<string>) | undefined {
  const { stdin: input, stderr: output } = process;
  if (!input.isTTY || !output.isTTY) return undefined;
  return async (question) => {
    const terminal = createInterface({ input, output });
    const gone = once(terminal, 'close').then(() => '');
    const answered = terminal.question(question).catch(() => '');
    try {
      return (await Promise.race([answered, gone])).trim();
    } finally {
      terminal.close();
    }
  };
}
