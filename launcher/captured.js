import { startProgram } from './start-program.js';

/** The exit codes that a shell gives a program which one of these signals has ended. */
const SIGNAL_CODES = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 };

/**
 * Runs a program to its end; `code` is null where a signal ended it, `output` is what both streams said, or why it could
 * not be started, and what to do.
 * It never outlives this process: a signal ends both at once, however long it would take to clean up.
 */
export function runCaptured(file, args, options) {
  return new Promise((resolve) => {
    let output = '';
    const end = () => child.kill('SIGKILL');
    const leave = (signal) => process.exit(SIGNAL_CODES[signal]);
    const done = (code) => {
      process.off('exit', end);
      for (const signal of Object.keys(SIGNAL_CODES)) process.off(signal, leave);
      resolve({ code, output });
    };
    const stdio = ['ignore', 'pipe', 'pipe'];
    const child = startProgram(file, args, { ...options, stdio }, (fault) => {
      output = `${fault.message}\n${output}`;
      done(1);
    });
    process.on('exit', end);
    for (const signal of Object.keys(SIGNAL_CODES)) process.on(signal, leave);
    // Where no more files can be opened, there are no streams either.
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text) => (output += text));
    }
    child.on('close', done);
  });
}
