import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const CAPTURED = JSON.stringify(join(import.meta.dirname, 'captured.js'));

/** What `runCaptured` answers, as JSON, in a process that first runs `before`. */
function answerAfter(before: string, file: string): string {
  const script = `import { openSync } from 'node:fs';
    import { runCaptured } from ${CAPTURED};
    ${before}
    const answer = await runCaptured(${JSON.stringify(file)}, ['--version'], {});
    console.log(JSON.stringify(answer));`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  return stdout.trimEnd();
}

it('tells what a program said', () => {
  const output = `${process.version}\n`;
  expect(answerAfter('', process.execPath)).toBe(JSON.stringify({ code: 0, output }));
});

it('says what to do where the program is not there', () => {
  const output =
    'no-such-npm is not there: install Node with npm from https://nodejs.org, then try again.\n';
  expect(answerAfter('', 'no-such-npm')).toBe(JSON.stringify({ code: 1, output }));
});

it.skipIf(process.platform === 'win32')('says what to do where no more files can be opened', () => {
  const useUp = 'try { for (;;) openSync("/dev/null"); } catch {}';
  expect(answerAfter(useUp, process.execPath)).toMatch(
    /^\{"code":1,"output":".* no room for another process: end other programs.*try again\.\\n"\}$/,
  );
});
