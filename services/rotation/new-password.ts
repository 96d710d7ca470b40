/** Random bytes, as `crypto.randomBytes` gives them. */
export type RandomBytes = (count: number) => Buffer;

/** 256 bits: 43 characters of base64url. */
const BYTES = 32;
const SHORTEST_PART = 3;
const CLASSES = [/[A-Z]/, /[a-z]/, /[0-9]/];

/** 43 letters, digits, `-` and `_`, none of which needs quoting in JSON, T-SQL, a URL or a mapping of API Gateway. */
export function randomValue(randomBytes: RandomBytes): string {
  return randomBytes(BYTES).toString('base64url');
}

/**
 * A password that SQL Server's policy takes (learn.microsoft.com, "Password policy"): characters of at least three
 * classes, at most 128 of them, and no part of the login's name.
 */
export function newPassword(user: string, randomBytes: RandomBytes): string {
  for (;;) {
    const password = randomValue(randomBytes);
    if (isAccepted(password, user)) return password;
  }
}

function isAccepted(password: string, user: string): boolean {
  const parts = user
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((part) => part.length >= SHORTEST_PART);
  return (
    CLASSES.every((one) => one.test(password)) &&
    !parts.some((part) => password.toLowerCase().includes(part))
  );
}
