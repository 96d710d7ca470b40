import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { text } from 'node:stream/consumers';
import { ownEnvironment } from '@ordercast/platform/testing/own-environment.ts';
import { PEAK_LINE } from './peak-line.ts';

export interface Measured {
  /** From the start of the process to its end. */
  seconds: number;
  /** Most resident memory. */
  peakMegabytes: number;
}

const PRINT_PEAK = pathToFileURL(join(import.meta.dirname, 'print-peak.ts')).href;

/** Runs a TypeScript program in a process of its own. @throws where it fails, with what it wrote */
export async function runMeasured(
  file: string,
  env: Readonly<Record<string, string>>,
  nodeOptions: readonly string[] = [],
): Promise<Measured> {
  const startedAt = performance.now();
  const options = ['--disable-warning=ExperimentalWarning', ...nodeOptions, '--import', PRINT_PEAK];
  const child = spawn(process.execPath, [...options, file], {
    env: { ...ownEnvironment(), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [, out, err] = await Promise.all([
    once(child, 'exit'),
    text(child.stdout),
    text(child.stderr),
  ]);
  if (child.exitCode !== 0) {
    throw new Error(
      `${file} ended with ${String(child.exitCode ?? child.signalCode)}:\n${out}${err}`,
    );
  }
  const line = err.split('\n').find((one) => one.startsWith(PEAK_LINE)) ?? '';
  return {
    seconds: (performance.now() - startedAt) / 1000,
    peakMegabytes: Number(line.slice(PEAK_LINE.length)) / 1024,
  };
}
