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
  | { name: 'reports' }
  | { name: 'report'; id: string }
  | { name: 'report-schedules' }
  | { name: 'new-report-schedule' }
  | { name: 'report-schedule'; id: string }
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
  '/reports': { name: 'reports' },
  '/reports/schedules': { name: 'report-schedules' },
  '/reports/new-schedule': { name: 'new-report-schedule' },
  '/account': { name: 'account' },
};

/** The pages that need nobody signed in. */
const PUBLIC: readonly Route['name'][] = ['sign-in', 'sign-up', 'confirm', 'forgotten-password'];

/** The pages of reports, which only staff have, and of their schedules, which only admins have. */
export const REPORT_PAGES = [
  'reports',
  'report',
  'report-schedules',
  'new-report-schedule',
  'report-schedule',
] as const satisfies readonly Route['name'][];
const SCHEDULE_PAGES: readonly Route['name'][] = [
  'report-schedules',
  'new-report-schedule',
  'report-schedule',
];
export type ReportRoute = Extract<Route, { name: (typeof REPORT_PAGES)[number] }>;

/** The page at a path; a trailing slash makes no difference. */
export function routeOf(pathname: string): Route {
  const path = pathname.length > 1 ? pathname.replace(/\/+$/, '') : pathname;
  const fixed = Object.hasOwn(FIXED, path) ? FIXED[path] : undefined;
  if (fixed) return fixed;
  return orderRouteOf(path) ?? reportRouteOf(path) ?? { name: 'not-found' };
}

function orderRouteOf(path: string): Route | undefined {
  const id = /^\/orders\/([^/]+)$/.exec(path)?.[1];
  if (id === undefined) return undefined;
  const number = id.toUpperCase();
  if (ORDER_NUMBER.test(number)) return { name: 'order-by-number', number };
  return { name: 'order', id: decode(id) };
}

/** A run has a ULID for a name, so none is called `schedules`. */
function reportRouteOf(path: string): Route | undefined {
  const schedule = /^\/reports\/schedules\/([^/]+)$/.exec(path)?.[1];
  if (schedule !== undefined) return { name: 'report-schedule', id: decode(schedule) };
  const run = /^\/reports\/([^/]+)$/.exec(path)?.[1];
  return run === undefined ? undefined : { name: 'report', id: decode(run) };
}

export function isReportRoute(route: Route): route is ReportRoute {
  return REPORT_PAGES.some((name) => name === route.name);
}

/** Whether the API answers somebody what a page of reports or schedules shows. */
export function isReportRouteOf(
  { isStaff, isAdmin }: { isStaff: boolean; isAdmin: boolean },
  route: Route,
): route is ReportRoute {
  if (!isReportRoute(route)) return false;
  return SCHEDULE_PAGES.some((name) => name === route.name) ? isAdmin : isStaff;
}

export function isPublic(route: Route): boolean {
  return PUBLIC.includes(route.name);
}

export function orderPath(id: string): string {
  return `/orders/${encodeURIComponent(id)}`;
}

export function reportPath(id: string): string {
  return `/reports/${encodeURIComponent(id)}`;
}

export function schedulePath(id: string): string {
  return `/reports/schedules/${encodeURIComponent(id)}`;
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
