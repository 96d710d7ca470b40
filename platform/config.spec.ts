import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  InvalidConfig,
  listSetting,
  originListSetting,
  portSetting,
  readConfig,
  wholeNumberSetting,
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

  it('takes whole numbers within their bounds alone, and says what these are', () => {
    const numbers = z.object({ RATE: wholeNumberSetting(1, 500).default(7) });
    const read = (RATE: string) => readConfig(numbers, { RATE }).RATE;
    expect(['', '1', '007', '500'].map(read)).toEqual([7, 1, 7, 500]);
    for (const wrong of [
      '0',
      '501',
      '1e9',
      '2.5',
      '-1',
      '+1',
      '0x10',
      ' ',
      'many',
      '9'.repeat(99),
    ]) {
      expect(() => read(wrong)).toThrow(/RATE: must be a whole number from 1 to 500$/);
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
