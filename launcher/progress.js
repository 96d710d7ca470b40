const INTERVAL_MS = 200;
/** Where no terminal is, each line stays: one a tenth of the way, or after so long. */
const QUIET_MS = 10_000;

/**
 * Shows on standard error that something long goes on. `look()` gives `{ text, done, of }`, or `{ text }`
 * alone where nothing can be counted. A terminal has one line that moves; elsewhere lines follow each other.
 */
export function startProgress(look) {
  const startedAt = Date.now();
  const isTerminal = process.stderr.isTTY === true;
  let lastTenth = -1;
  let lastAt = -Infinity;

  const show = (end) => {
    const { text, done, of } = look();
    const seconds = Math.round((Date.now() - startedAt) / 1000);
    const line =
      of === undefined ? `${text}, ${seconds} s` : `${text}: ${done} of ${of}, ${seconds} s`;
    if (isTerminal) {
      // A line that wraps could not be written over.
      const short = line.slice(0, (process.stderr.columns || 80) - 1);
      process.stderr.write(`\r\x1b[2K${short}${end ? '\n' : ''}`);
      return;
    }
    const tenth = of === undefined ? 0 : Math.floor((10 * done) / of);
    if (!end && tenth === lastTenth && Date.now() - lastAt < QUIET_MS) return;
    lastTenth = tenth;
    lastAt = Date.now();
    process.stderr.write(`${line}\n`);
  };

  show(false);
  const timer = setInterval(() => show(false), INTERVAL_MS);
  return {
    stop() {
      clearInterval(timer);
      show(true);
    },
  };
}
