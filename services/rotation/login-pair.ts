/** As `bootstrap --login <name>=<role>:pair` names the second login, and AWS's rotation by alternating users does. */
const CLONE_SUFFIX = '_clone';

/** The other login of a pair. */
export function otherLogin(name: string): string {
  return isClone(name) ? firstLogin(name) : `${name}${CLONE_SUFFIX}`;
}

/** The login of a pair that it is named after. */
export function firstLogin(name: string): string {
  return isClone(name) ? name.slice(0, -CLONE_SUFFIX.length) : name;
}

function isClone(name: string): boolean {
  return name.endsWith(CLONE_SUFFIX) && name.length > CLONE_SUFFIX.length;
}
