import { DEMO_PASSWORD, DEMO_USERS } from './demo-users.ts';

/** The one line on standard output: `ready <url> …demo users…`; `publicUrl` where there is one. */
export function readyLine(url: string, publicUrl?: string): string {
  const emails = (groups: string) =>
    DEMO_USERS.filter((user) => user.groups.join() === groups)
      .map((user) => user.email)
      .join(', ');
  return (
    `ready ${url} ${publicUrl === undefined ? '' : `and ${publicUrl} `}· sign in as ${emails('')} (customers), ${emails('staff')} (staff) or ` +
    `${emails('admins')} (admin) · password ${DEMO_PASSWORD}`
  );
}
