import { DEMO_PASSWORD, DEMO_USERS } from './demo-users.ts';

/** The one line on standard output: `ready <url> …demo users…`. */
export function readyLine(url: string): string {
  const emails = (groups: string) =>
    DEMO_USERS.filter((user) => user.groups.join() === groups)
      .map((user) => user.email)
      .join(', ');
  return (
    `ready ${url} · sign in as ${emails('')} (customers), ${emails('staff')} (staff) or ` +
    `${emails('admins')} (admin) · password ${DEMO_PASSWORD}`
  );
}
