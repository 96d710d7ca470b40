import { describe, expect, it } from 'vitest';
import { ownPath } from './own-path.ts';
import {
  isPublic,
  isReportRouteOf,
  nextPath,
  orderPath,
  reportPath,
  routeOf,
  schedulePath,
  signInPath,
} from './route.ts';

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
    ['/reports', { name: 'reports' }],
    ['/reports/01KAN0000000000000DKGH08JN', { name: 'report', id: '01KAN0000000000000DKGH08JN' }],
    ['/reports/schedules/', { name: 'report-schedules' }],
    ['/reports/new-schedule', { name: 'new-report-schedule' }],
    ['/reports/schedules/new-schedule', { name: 'report-schedule', id: 'new-schedule' }],
    ['/reports/schedules/a/b', { name: 'not-found' }],
    ['/constructor', { name: 'not-found' }],
    ['/forgotten-password', { name: 'forgotten-password' }],
  ])('%s leads to its page', (path, route) => {
    expect(routeOf(path)).toEqual(route);
  });

  it('of an order leads back to it', () => {
    expect(routeOf(orderPath('a b/c?d'))).toEqual({ name: 'order', id: 'a b/c?d' });
  });

  it('of a report and of a schedule leads back to it', () => {
    expect(routeOf(reportPath('a b/c?d'))).toEqual({ name: 'report', id: 'a b/c?d' });
    expect(routeOf(schedulePath('a b/c?d'))).toEqual({ name: 'report-schedule', id: 'a b/c?d' });
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

describe('a page of reports', () => {
  const SCHEDULES = ['/reports/schedules', '/reports/schedules/daily', '/reports/new-schedule'];
  const RUNS = ['/reports', '/reports/01J'];
  const seen = (person: { isStaff: boolean; isAdmin: boolean }) =>
    [...RUNS, ...SCHEDULES, '/orders'].filter((path) => isReportRouteOf(person, routeOf(path)));

  it('is for staff, and one of schedules for admins alone', () => {
    expect(seen({ isStaff: false, isAdmin: false })).toEqual([]);
    expect(seen({ isStaff: true, isAdmin: false })).toEqual(RUNS);
    expect(seen({ isStaff: true, isAdmin: true })).toEqual([...RUNS, ...SCHEDULES]);
  });
});

describe('signing in', () => {
  it('leads back to where the person was', () => {
    const path = signInPath('/orders?status=placed&q=ada');
    expect(nextPath(new URL(path, 'http://x').search)).toBe('/orders?status=placed&q=ada');
  });

  it.each([
    '//evil.example',
    '/\t/evil.example',
    '/\\evil.example',
    'https://evil.example',
    'javascript:alert(1)',
    '',
  ])('never leads to another site (%j)', (next) => {
    expect(nextPath(`?next=${encodeURIComponent(next)}`)).toBe('/orders');
  });

  it('never leads to another site, whatever the next page is made of', () => {
    const astray = texts()
      .flatMap((next) => [`?next=${encodeURIComponent(next)}`, `?next=${next}`])
      .filter((search) => {
        const { origin, pathname } = new URL(nextPath(search), 'https://ordercast.example');
        return origin !== 'https://ordercast.example' || isPublic(routeOf(pathname));
      });
    expect(astray).toEqual([]);
  });

  it.each(['/sign-in?next=%2Forders', '/orders/../sign-up', '/sign-\tin', '/confirm#here'])(
    'never leads back to a page of before it (%j)',
    (next) => {
      expect(nextPath(`?next=${encodeURIComponent(next)}`)).toBe('/orders');
    },
  );
});

describe('an address', () => {
  it.each([
    ['/orders?q=a%20b#c', '/orders?q=a%20b#c'],
    ['/orders/../account', '/account'],
    ['//evil.example', undefined],
    ['/.//evil.example', undefined],
    ['javascript:alert(1)', undefined],
    ['http://[', undefined],
  ])('%s is read as a browser reads it', (address, path) => {
    expect(ownPath(address)).toBe(path);
  });
});

/** Every text of up to four of the pieces that make one address look like another. */
function texts(): string[] {
  const pieces = [
    '/',
    '\\',
    '\t',
    '\r\n',
    ' ',
    '.',
    '@',
    ':',
    '%2f',
    '%5c',
    '%09',
    'a',
    'https:',
    '＼',
  ];
  let last = [''];
  const all: string[] = [];
  for (let length = 1; length <= 4; length += 1) {
    last = last.flatMap((text) => pieces.map((piece) => text + piece));
    all.push(...last.map((text) => `${text}/evil.example`), ...last);
  }
  return all;
}
