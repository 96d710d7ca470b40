import { describe, expect, it } from 'vitest';
import { MemoryStorage } from '../testing/memory-storage.ts';
import { UnsentTexts } from './unsent-texts.ts';

describe('texts that were begun and not sent', () => {
  it('are there after a reload, each under its name and its person', () => {
    const storage = new MemoryStorage();
    const texts = new UnsentTexts(storage, 'ada');
    texts.set('a', ' One\n');
    texts.set('b', 'Two');
    texts.set('a', 'Three');
    const reloaded = new UnsentTexts(storage, 'ada');
    expect([reloaded.get('a'), reloaded.get('b'), reloaded.get('c')]).toEqual(['Three', 'Two', '']);
    expect(new UnsentTexts(storage, 'grace').get('a')).toBe('');
  });

  it('leave nothing behind once they are sent or the person has left', () => {
    const storage = new MemoryStorage();
    const texts = new UnsentTexts(storage, 'ada');
    texts.set('a', 'One');
    texts.set('a', '');
    expect(storage.length).toBe(0);
    texts.set('a', 'One');
    texts.set('b', 'Two');
    texts.clear();
    expect([storage.length, texts.get('a')]).toEqual([0, '']);
  });

  it.each(['{', '[]', '{"a":1}'])('begin anew where %s was kept', (kept) => {
    const storage = new MemoryStorage();
    storage.setItem('ada', kept);
    const texts = new UnsentTexts(storage, 'ada');
    expect(texts.get('a')).toBe('');
    texts.set('a', 'One');
    expect(texts.get('a')).toBe('One');
  });
});
