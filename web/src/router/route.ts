import { ORDER_NUMBER } from '@ordercast/contract/order-number.ts';
import { ownPath } from './own-path.ts';

/** Every page, by the path that it stands at. */
export type Route =
  | { name: 'sign-in' }
  | { name: 'sign-up' }
  | { name: 'confirm' }
  | { name: 'forgotten-password' }
  | { name: 'home' }
  | { name: 'orders' }
  | { name: 'new-order' }
  | { name: 'order'; id: string }
  /** The number in capitals. */
  | { name: 'order-by-number'; number: string }
  | { name: 'announcements' }
  | { name: 'account' }
  | { name: 'not-found' };

const FIXED: Readonly<Record<string, Route>> = {
  '/': { name: 'home' },
  '/sign-in': { name: 'sign-in' },
  '/sign-up': { name: 'sign-up' },
  '/confirm': { name: 'confirm' },
  '/forgotten-password': { name: 'forgotten-password' },
  '/orders': { name: 'orders' },
  '/orders/new': { name: 'new-order' },
  '/announcements': { name: 'announcements' },
  '/account': { name: 'account' },
};

/** The pages that need nobody signed in. */
const PUBLIC: readonly Route['name'][] = ['sign-in', 'sign-up', 'confirm', 'forgotten-password'];

/** The page at a path; a trailing slash makes no difference. */
export function routeOf(pathname: string): Route {
  const path = pathname.length > 1 ? pathname.replace(/\/+$/, '') : pathname;
  const fixed = Object.hasOwn(FIXED, path) ? FIXED[path] : undefined;
  if (fixed) return fixed;
  const id = /^\/orders\/([^/]+)$/.exec(path)?.[1];
  if (id === undefined) return { name: 'not-found' };
  const number = id.toUpperCase();
  if (ORDER_NUMBER.test(number)) return { name: 'order-by-number', number };
  return { name: 'order', id: decode(id) };
}

export function isPublic(route: Route): boolean {
  return PUBLIC.includes(route.name);
}

export function orderPath(id: string): string {
  return `/orders/${encodeURIComponent(id)}`;
}

/** The sign-in page, which leads back to where the person was. */
export function signInPath(next: string): string {
  return next === '/' || next === '/orders'
    ? '/sign-in'
    : `/sign-in?next=${encodeURIComponent(next)}`;
}

/**
 * Where to go after signing in: a path of this application, never another site's address, which
 * somebody could have put into a link.
 */
export function nextPath(search: string): string {
  const next = ownPath(new URLSearchParams(search).get('next') || '/orders');
  if (next === undefined || isPublic(routeOf(next.replace(/[?#].*$/s, '')))) return '/orders';
  return next;
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
