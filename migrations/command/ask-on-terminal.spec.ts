import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { terminalQuestion } from './ask-on-terminal.ts';

function terminal({ isTTY }: { isTTY: boolean }) {
  return Object.assign(new PassThrough(), { isTTY });
}

describe('a question at the terminal', () => {
  it.each([
    ['shop\r', 'shop'],
    ['  shop \r', 'shop'],
    ['\r', ''],
    ['sho\u0003', ''],
    ['\u0004', ''],
  ])('answered by %j is %j', async (typed, answer) => {
    const input = terminal({ isTTY: true });
    const output = terminal({ isTTY: true });
    const asked = terminalQuestion(input, output)?.('Which? ');
    input.write(typed);
    expect(await asked).toBe(answer);
    expect(String(output.read())).toContain('Which? ');
  });

  it('is not answered by a terminal that is gone', async () => {
    const input = terminal({ isTTY: true });
    const asked = terminalQuestion(input, terminal({ isTTY: true }))?.('Which? ');
    input.end('sho');
    expect(await asked).not.toBe('shop');
  });

  it('is none where nobody sits at one', () => {
    const some = terminal({ isTTY: true });
    const none = terminal({ isTTY: false });
    expect(terminalQuestion(none, some)).toBeUndefined();
    expect(terminalQuestion(some, none)).toBeUndefined();
  });
});
