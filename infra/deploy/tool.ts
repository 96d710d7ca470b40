import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { EXIT, Stopped } from './stopped.ts';

interface ToolOptions {
  cwd: string;
  /** Written to its standard input, which is closed then. */
  input?: string;
  /** Beside the variables of this process. */
  env?: Readonly<Record<string, string>>;
  /** Told of each line that it prints, on either stream. */
  onLine?: (line: string) => void;
}

export interface ToolResult {
  code: number;
  /** Its standard output. */
  stdout: string;
}

/** Runs a program to its end. Throws {@link Stopped} where it cannot be started. */
export async function runTool(
  file: string,
  args: readonly string[],
  { cwd, input = '', env = {}, onLine = () => undefined }: ToolOptions,
): Promise<ToolResult> {
  const child = spawn(file, args, { cwd, env: { ...process.env, ...env } });
  const lines: string[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => {
    lines.push(line);
    onLine(line);
  });
  createInterface({ input: child.stderr }).on('line', onLine);
  // A program that has ended reads no more.
  child.stdin.on('error', () => undefined).end(input);
  return new Promise((resolve, reject) => {
    child.on('error', (error) => {
      const message = `${file} cannot be run: ${error.message}. Install it, then try again.`;
      reject(new Stopped(EXIT.usage, message, { cause: error }));
    });
    child.on('close', (code) => resolve({ code: code ?? 1, stdout: lines.join('\n') }));
  });
}
