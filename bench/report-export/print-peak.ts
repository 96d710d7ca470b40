import { readFileSync, writeSync } from 'node:fs';
import { PEAK_LINE } from './peak-line.ts';

/** Imported before a program: tells at its end how much memory it held at most. */
process.once('exit', () => {
  writeSync(process.stderr.fd, `${PEAK_LINE}${peakKilobytes()}\n`);
});

function peakKilobytes(): number {
  // What getrusage says on Linux may be the peak of the process that started this one.
  if (process.platform !== 'linux') return process.resourceUsage().maxRSS;
  const [, kilobytes] =
    /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
  return Number(kilobytes);
}
