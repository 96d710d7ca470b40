import { spawn } from 'node:child_process';

/** Runs a program to its end; `code` is null where a signal ended it, `output` is what both streams said. */
export function runCaptured(file, args, options) {
  const child = spawn(file, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => (output += text));
  }
  return new Promise((resolve) => {
    child
      .on('error', (error) => resolve({ code: 1, output: `${error.message}\n${output}` }))
      .on('close', (code) => resolve({ code, output }));
  });
}
