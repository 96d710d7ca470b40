import { describe, expect, it } from 'vitest';
import { createLogger } from './logger.ts';

describe('the logger', () => {
  it('writes one JSON line an entry and no secret in it', () => {
    const lines: string[] = [];
    const log = createLogger('test', { destination: { write: (line) => void lines.push(line) } });
    log.info(
      {
        authorization: 'Bearer abc',
        request: {
          headers: { authorization: 'Bearer abc', 'sec-websocket-protocol': 'bearer.abc' },
        },
        user: { password: 'abc', name: 'Ada' },
      },
      'hello',
    );
    expect(lines).toHaveLength(1);
    const entry: unknown = JSON.parse(lines[0] ?? '');
    expect(entry).toMatchObject({
      service: 'test',
      level: 'info',
      msg: 'hello',
      user: { name: 'Ada', password: '[redacted]' },
    });
    expect(lines[0]).not.toContain('abc');
  });
});
