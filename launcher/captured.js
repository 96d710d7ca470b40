import { spawn } from 'node:child_process';

/** The exit codes that a shell gives a program which one of these signals has ended. */
const SIGNAL_CODES = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 };

/**
 * Runs a program to its end; `code` is null where a signal ended it, `output` is what both streams said.
 * It never outlives this process: a signal ends both at once, however long it would take to clean up.
 */
export function runCaptured(file, args, options) {
  const child = spawn(file, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  const end = () => child.kill('SIGKILL');
  const leave = (signal) => process.exit(SIGNAL_CODES[signal]);
  process.on('exit', end);
  for (const signal of Object.keys(SIGNAL_CODES)) process.on(signal, leave);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => (output += text));
  }
  return new Promise((resolve) => {
    const done = (code) => {
      process.off('exit', end);
      for (const signal of Object.keys(SIGNAL_CODES)) process.off(signal, leave);
      resolve({ code, output });
    };
    child
      .on('error', (error) => {
        output = `${error.message}\n${output}`;
        done(1);
      })
      .on('close', done);
  });
}
