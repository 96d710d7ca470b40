import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  InvalidConfig,
  listSetting,
  originListSetting,
  portSetting,
  readConfig,
} from './config.ts';

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

  it('takes origins as browsers write them, however somebody else did', () => {
    const origins = z.object({ ORIGINS: originListSetting });
    const read = (ORIGINS: string) => readConfig(origins, { ORIGINS }).ORIGINS;
    expect(read('https://App.Example:443/, http://localhost:80,http://localhost:8080')).toEqual([
      'https://app.example',
      'http://localhost',
      'http://localhost:8080',
    ]);
    for (const wrong of ['app.example', '*', 'file:///page.html']) {
      expect(() => read(wrong)).toThrow('ORIGINS: must be origins such as https://app.example.com');
    }
  });

  it('names every variable at fault at once, and tells no value', () => {
    const read = () => readConfig(schema, { PORT: '70000', SECRET: 'short' });
    expect(read).toThrow(InvalidConfig);
    expect(read).toThrow(/PORT: .*\n.*SECRET: /);
    expect(read).not.toThrow(/short\b/);
    expect(() => readConfig(schema, {})).toThrow('SECRET: is not set');
  });
});
