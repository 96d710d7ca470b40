import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { z } from 'zod';

const CAPTURED = JSON.stringify(join(import.meta.dirname, 'captured.js'));

const answerSchema = z.object({ code: z.number(), output: z.string() });

/** What `runCaptured` answers in a process that first runs `before`. */
function answerAfter(before: string, file: string) {
  const script = `import { openSync } from 'node:fs';
    import { runCaptured } from ${CAPTURED};
    ${before}
    const answer = await runCaptured(${JSON.stringify(file)}, ['--version'], {});
    console.log(JSON.stringify(answer));`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  return answerSchema.parse(JSON.parse(stdout));
}

it('tells what a program said', () => {
  const output = `${process.version}\n`;
  expect(answerAfter('', process.execPath)).toEqual({ code: 0, output });
});

it('says what to do where the program is not there', () => {
  expect(answerAfter('', 'no-such-npm')).toEqual({
    code: 1,
    output:
      'no-such-npm is not there: install Node with npm from https://nodejs.org, then try again.\n',
  });
});

it.skipIf(process.platform === 'win32')('says what to do where no more files can be opened', () => {
  const useUp = 'try { for (;;) openSync("/dev/null"); } catch {}';
  const { code, output } = answerAfter(useUp, process.execPath);
  expect(code).toBe(1);
  expect(output).toMatch(/no room for another process: end other programs.*try again\.\n$/);
});
