import { describe, expect, it } from 'vitest';
import { Router } from './router.svelte.ts';
import type { RouterWindow } from './router.svelte.ts';

/** The history of one tab. */
function tab(path: string) {
  const entries = [path];
  const listeners = new Set<() => void>();
  const scrolls: number[] = [];
  const clicks = new Set<unknown>();
  let index = 0;
  const window: RouterWindow = {
    location: {
      origin: 'http://localhost',
      get href() {
        return `http://localhost${entries[index] ?? ''}`;
      },
    },
    history: {
      pushState(_state, _title, url) {
        entries.splice(index + 1, entries.length, String(url));
        index += 1;
      },
      replaceState(_state, _title, url) {
        entries[index] = String(url);
      },
    },
    document: {
      addEventListener: (_type: string, listener: unknown) => void clicks.add(listener),
      removeEventListener: (_type: string, listener: unknown) => void clicks.delete(listener),
    },
    addEventListener: (_type, listener) => void listeners.add(listener),
    removeEventListener: (_type, listener) => void listeners.delete(listener),
    scrollTo: (_x, y) => void scrolls.push(y),
  };
  const back = () => {
    index -= 1;
    for (const listener of listeners) listener();
  };
  return { window, entries, scrolls, clicks, back };
}

describe('the router', () => {
  it('opens where the address says', () => {
    const router = new Router(tab('/orders/01J?x=1').window);
    expect(router.route).toEqual({ name: 'order', id: '01J' });
    expect(router.path).toBe('/orders/01J?x=1');
    expect(router.hasMoved).toBe(false);
  });

  it('goes to a page and back', () => {
    const { window, back, scrolls } = tab('/orders');
    const router = new Router(window);
    const stop = router.listen();
    router.navigate('/orders/new');
    expect(router.route.name).toBe('new-order');
    expect(scrolls).toEqual([0]);
    back();
    expect(router.route.name).toBe('orders');
    expect(scrolls).toEqual([0]);
    expect([router.hasMoved, router.moves]).toEqual([true, 2]);
    stop();
  });

  it('leaves no step behind for a redirect', () => {
    const { window, entries } = tab('/account');
    new Router(window).redirect('/sign-in?next=%2Faccount');
    expect(entries).toEqual(['/sign-in?next=%2Faccount']);
  });

  it('refines one part of the query and keeps the others', () => {
    const { window, entries } = tab('/orders?q=ada');
    const router = new Router(window);
    router.refine('status', 'placed');
    expect(router.query.get('status')).toBe('placed');
    expect(router.query.get('q')).toBe('ada');
    router.refine('q', '');
    expect(entries).toEqual(['/orders?status=placed']);
    expect(router.hasMoved).toBe(false);
  });

  it('hears nothing more after the clean-up', () => {
    const { window, back, clicks } = tab('/orders');
    const router = new Router(window);
    const stop = router.listen();
    expect(clicks.size).toBe(1);
    stop();
    expect(clicks.size).toBe(0);
    router.navigate('/account');
    back();
    expect(router.route.name).toBe('account');
  });
});
