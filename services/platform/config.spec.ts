import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { InvalidConfig, listSetting, portSetting, readConfig } from './config.ts';

const schema = z.object({
  PORT: portSetting.default(3000),
  ORIGINS: listSetting.default([]),
  SECRET: z.string().min(8),
});

describe('reading settings', () => {
  it('parses, trims and fills in defaults; an empty variable is a missing one', () => {
    const env = {
      PORT: '',
      ORIGINS: 'https://a.example, https://b.example,',
      SECRET: 'long enough',
    };
    expect(readConfig(schema, env)).toEqual({
      PORT: 3000,
      ORIGINS: ['https://a.example', 'https://b.example'],
      SECRET: 'long enough',
    });
  });

  it('names every variable at fault at once, and tells no value', () => {
    const read = () => readConfig(schema, { PORT: '70000', SECRET: 'short' });
    expect(read).toThrow(InvalidConfig);
    expect(read).toThrow(/PORT: .*\n.*SECRET: /);
    expect(read).not.toThrow(/short\b/);
    expect(() => readConfig(schema, {})).toThrow('SECRET: is not set');
  });
});
