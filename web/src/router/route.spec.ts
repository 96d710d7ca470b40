import { describe, expect, it } from 'vitest';
import { isPublic, nextPath, orderPath, routeOf, signInPath } from './route.ts';

describe('a path', () => {
  it.each([
    ['/', { name: 'home' }],
    ['/orders', { name: 'orders' }],
    ['/orders/', { name: 'orders' }],
    ['/orders/new', { name: 'new-order' }],
    ['/orders/01J', { name: 'order', id: '01J' }],
    ['/orders/DKGH08JN', { name: 'order-by-number', number: 'DKGH08JN' }],
    ['/orders/dkgh08jn/', { name: 'order-by-number', number: 'DKGH08JN' }],
    ['/orders/DKGH08JL', { name: 'order', id: 'DKGH08JL' }],
    ['/orders/01KAN0000000000000DKGH08JN', { name: 'order', id: '01KAN0000000000000DKGH08JN' }],
    ['/orders/a%2Fb', { name: 'order', id: 'a/b' }],
    ['/orders/%', { name: 'order', id: '%' }],
    ['/orders/01J/lines', { name: 'not-found' }],
    ['/constructor', { name: 'not-found' }],
    ['/forgotten-password', { name: 'forgotten-password' }],
  ])('%s leads to its page', (path, route) => {
    expect(routeOf(path)).toEqual(route);
  });

  it('of an order leads back to it', () => {
    expect(routeOf(orderPath('a b/c?d'))).toEqual({ name: 'order', id: 'a b/c?d' });
  });

  it('is public only for what comes before signing in', () => {
    expect(['/sign-in', '/sign-up', '/confirm'].map((path) => isPublic(routeOf(path)))).toEqual([
      true,
      true,
      true,
    ]);
    expect(['/', '/orders', '/account', '/x'].some((path) => isPublic(routeOf(path)))).toBe(false);
  });
});

describe('signing in', () => {
  it('leads back to where the person was', () => {
    const path = signInPath('/orders?status=placed&q=ada');
    expect(nextPath(new URL(path, 'http://x').search)).toBe('/orders?status=placed&q=ada');
  });

  it.each(['//evil.example', '/\\evil.example', 'https://evil.example', 'javascript:alert(1)', ''])(
    'never leads to another site (%s)',
    (next) => {
      expect(nextPath(`?next=${encodeURIComponent(next)}`)).toBe('/orders');
    },
  );

  it('never leads back to the sign-in page', () => {
    expect(nextPath('?next=%2Fsign-in%3Fnext%3D%252Forders')).toBe('/orders');
  });
});
