import { beforeEach, describe, expect, it } from 'vitest';
import { MemoryStorage } from '../testing/memory-storage.ts';
import { TabStorage } from './tab-storage.ts';

const LAST = 'CognitoIdentityServiceProvider.client.LastAuthUser';

describe('the token storage of a tab', () => {
  let shared: MemoryStorage;
  let tabOfAda: TabStorage;
  let tabOfSam: TabStorage;

  beforeEach(() => {
    shared = new MemoryStorage();
    tabOfAda = new TabStorage(new MemoryStorage(), shared);
    tabOfSam = new TabStorage(new MemoryStorage(), shared);
    tabOfAda.setItem(LAST, 'ada');
    tabOfSam.setItem(LAST, 'sam');
  });

  it('lets two windows be two people', () => {
    expect(tabOfAda.getItem(LAST)).toBe('ada');
    expect(tabOfSam.getItem(LAST)).toBe('sam');
  });

  it('opens a new tab as whoever signed in last, and keeps it so', () => {
    const newTab = new TabStorage(new MemoryStorage(), shared);
    expect(newTab.getItem(LAST)).toBe('sam');
    tabOfAda.setItem(LAST, 'ada');
    expect(newTab.getItem(LAST)).toBe('sam');
  });

  it('signs out one person without the other', () => {
    tabOfAda.removeItem(LAST);
    expect(new TabStorage(new MemoryStorage(), shared).getItem(LAST)).toBe('sam');
    tabOfSam.removeItem(LAST);
    expect(new TabStorage(new MemoryStorage(), shared).getItem(LAST)).toBeNull();
  });

  it('shares tokens, so that a new tab is signed in', () => {
    tabOfAda.setItem('CognitoIdentityServiceProvider.client.ada.accessToken', 'token');
    const newTab = new TabStorage(new MemoryStorage(), shared);
    expect(newTab.getItem('CognitoIdentityServiceProvider.client.ada.accessToken')).toBe('token');
  });
});
