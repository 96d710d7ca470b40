import { spawn } from 'node:child_process';
import type { ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { ownEnvironment } from './own-environment.ts';

export interface Child {
  pid: number;
  /** What it printed so far, line by line, both streams. */
  lines: readonly string[];
  /** The first line that holds a text, now or later; rejects if the process ends without it. */
  lineWith: (text: string) => Promise<string>;
  kill: (signal: NodeJS.Signals) => void;
  /** Resolves with code and signal when it has ended. */
  ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
}

/** Runs a TypeScript file by this process's own Node, with settings in its environment. */
export function startChild(
  file: string,
  env: Record<string, string>,
  args: readonly string[] = [],
): Child {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', file, ...args], {
    env: { ...ownEnvironment(), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return followChild(child, (signal) => child.kill(signal));
}

/** Reads what a process prints; `kill` is how a signal reaches it. */
export function followChild(
  child: ChildProcessByStdio<null, Readable, Readable>,
  kill: (signal: NodeJS.Signals) => void,
): Child {
  const lines: string[] = [];
  const listeners = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      lines.push(line);
      listeners.forEach((listener) => listener());
    });
  }
  let hasEnded = false;
  // At 'close' its output has been read to the end, which at 'exit' it need not be.
  const ended = once(child, 'close').then(() => {
    hasEnded = true;
    listeners.forEach((listener) => listener());
    return { code: child.exitCode, signal: child.signalCode };
  });
  return {
    pid: child.pid ?? 0,
    lines,
    lineWith: (text) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const line = lines.find((candidate) => candidate.includes(text));
          if (line === undefined && !hasEnded) return;
          listeners.delete(look);
          if (line === undefined)
            reject(new Error(`Ended without "${text}":\n${lines.join('\n')}`));
          else resolve(line);
        };
        listeners.add(look);
        look();
      }),
    kill,
    ended,
  };
}
