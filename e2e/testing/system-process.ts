import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export interface SystemProcess {
  url: string;
  /** The whole `ready` line. */
  ready: string;
  child: ChildProcess;
  /** Everything on standard output so far. */
  output(): string;
  /** Everything on standard error so far. */
  errors(): string;
  /** Ends it with a signal and answers its exit code (null where the signal itself ended it). */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Starts the whole system as a process of its own, for tests and benchmarks; resolves when it is ready. */
export async function startSystemProcess(
  args: readonly string[] = ['--ephemeral'],
  env: Record<string, string> = {},
  entry: readonly string[] = [process.execPath, 'local/main.ts'],
  { detached = false } = {},
): Promise<SystemProcess> {
  const [file = process.execPath, ...first] = entry;
  const child = spawn(file, [...first, ...args], {
    cwd: ROOT,
    env: { ...process.env, PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached,
  });
  let errors = '';
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (output += chunk));
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (errors += chunk));
  const lines = createInterface({ input: child.stdout });
  const ready = await new Promise<string>((resolve, reject) => {
    lines.on('line', (line) => {
      if (line.startsWith('ready ')) resolve(line);
    });
    child.once('error', reject);
    child.once('close', (code) => reject(new Error(`ended with ${String(code)}: ${errors}`)));
  });
  const url = /^ready (\S+)/.exec(ready)?.[1] ?? '';
  return {
    url,
    ready,
    child,
    output: () => output,
    errors: () => errors,
    async stop(signal = 'SIGTERM') {
      if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
      child.kill(signal);
      await once(child, 'exit');
      return child.exitCode;
    },
  };
}
