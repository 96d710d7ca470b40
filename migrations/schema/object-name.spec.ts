import { describe, expect, it } from 'vitest';
import { modelName, nameParts, quotedName } from './object-name.ts';

describe('the name of an object', () => {
  it.each<[string, string[], string]>([
    ['orders', ['orders'], '[orders]'],
    ['audit.log', ['audit', 'log'], '[audit].[log]'],
    ['[a.b]', ['a.b'], '[a.b]'],
    ['[a.b].c', ['a.b', 'c'], '[a.b].[c]'],
    ['audit.[a.]]b]', ['audit', 'a.]b'], '[audit].[a.]]b]'],
    ['[[x]]]', ['[x]'], '[[x]]]'],
    ['["x"]', ['"x"'], '["x"]'],
    ['a]b', ['a]b'], '[a]]b]'],
  ])('%s is of the parts %j, and %s in T-SQL', (name, parts, quoted) => {
    expect(modelName(parts)).toBe(name);
    expect(nameParts(name)).toEqual(parts);
    expect(nameParts(quoted)).toEqual(parts);
    expect(quotedName(name)).toBe(quoted);
  });

  it('leaves dbo out, and is read in quotes too', () => {
    expect(modelName(nameParts('[DBO]."a""b.c"'))).toBe('[a"b.c]');
    expect(nameParts('a..b')).toEqual(['a', '', 'b']);
  });
});
