import { describe, expect, it } from 'vitest';
import { MemoryStorage } from '../testing/memory-storage.ts';
import { FallbackStorage } from './fallback-storage.svelte.ts';
import { PageStorage } from './page-storage.ts';

/** Has room for so many UTF-16 units in all. */
class SmallStorage extends MemoryStorage {
  room = 10;

  override setItem(key: string, value: string): void {
    if (value.length > this.room) throw new DOMException('exceeded', 'QuotaExceededError');
    super.setItem(key, value);
  }
}

function refuse(): never {
  throw new DOMException('Access is denied for this document.', 'SecurityError');
}

describe('the page’s storage', () => {
  it.each([
    ['may not be asked for', refuse],
    ['is none', () => null],
    [
      'may not be used',
      () => ({ getItem: refuse, setItem: refuse, removeItem: refuse, clear: refuse }),
    ],
  ])('goes on in memory where the browser’s %s', (_name, open) => {
    const storage = new FallbackStorage(open);
    expect(storage.getItem('a')).toBeNull();
    storage.setItem('a', '1');
    storage.setItem('b', '2');
    storage.removeItem('b');
    expect([storage.getItem('a'), storage.getItem('b')]).toEqual(['1', null]);
    expect(storage.loss).toBe('blocked');
    storage.clear();
    expect(storage.getItem('a')).toBeNull();
  });

  it('keeps what the browser keeps, and says nothing', () => {
    const kept = new MemoryStorage();
    new FallbackStorage(() => kept).setItem('a', '1');
    const reloaded = new FallbackStorage(() => kept);
    expect([reloaded.getItem('a'), reloaded.loss]).toEqual(['1', undefined]);
  });

  it('loses nothing of what has no room until the page is reloaded, and nothing old comes back then', () => {
    const kept = new SmallStorage();
    const storage = new FallbackStorage(() => kept);
    storage.setItem('draft', 'short');
    storage.setItem('draft', 'too long for it');
    expect([storage.getItem('draft'), storage.loss]).toEqual(['too long for it', 'full']);
    expect(new FallbackStorage(() => kept).getItem('draft')).toBeNull();
  });

  it('keeps again what has room again', () => {
    const kept = new SmallStorage();
    const storage = new FallbackStorage(() => kept);
    storage.setItem('draft', 'too long for it');
    storage.setItem('draft', 'short');
    expect(kept.getItem('draft')).toBe('short');
    kept.setItem('draft', 'by a tab');
    expect(storage.getItem('draft')).toBe('by a tab');
    storage.removeItem('draft');
    expect([storage.getItem('draft'), kept.getItem('draft')]).toEqual([null, null]);
  });

  it('tells of a loss in either of its halves', () => {
    const sessionStorage = new SmallStorage();
    const storage = new PageStorage({ sessionStorage, localStorage: new MemoryStorage() });
    expect(storage.loss).toBeUndefined();
    storage.tab.setItem('draft', 'too long for it');
    expect(storage.loss).toBe('full');
  });
});
