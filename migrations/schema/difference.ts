export interface Difference {
  /** What it concerns: `orders`, `orders.note`, `orders: ix_orders_status`. */
  subject: string;
  kind:
    | 'missing'
    | 'unexpected'
    | 'different'
    /** It is there and should be; whether it is as it should be nobody can tell. */
    | 'not-compared'
    /** A constraint that checks nothing, an index that is not kept, a trigger that does not run. */
    | 'disabled'
    /** A constraint that nobody has checked against the rows that were there before it. */
    | 'untrusted'
    /** Somebody may do what nobody should. */
    | 'right'
    /** The database is not set up as `bootstrap` does it. */
    | 'setting';
  /** As it is in the database; undefined where it is missing. */
  actual: string | undefined;
  /** As it should be; undefined where there should be none. */
  expected: string | undefined;
  /** What puts it right, where there is one statement that does. */
  remedy?: string;
}

/** What is on one side and not on the other, or is another there. */
export function difference(
  subject: string,
  expected: string | undefined,
  actual: string | undefined,
): Difference {
  const kind =
    actual === undefined ? 'missing' : expected === undefined ? 'unexpected' : 'different';
  return { subject, kind, actual, expected };
}

/** One line for a reader. */
export function describeDifference({ remedy, ...difference }: Difference): string {
  const text = textOf(difference);
  return remedy === undefined ? text : `${text} → ${remedy}`;
}

function textOf({ subject, kind, actual, expected }: Difference): string {
  switch (kind) {
    case 'missing':
      return `${subject}: is missing, expected ${expected}`;
    case 'unexpected':
      return `${subject}: ${actual} is there and should not be`;
    case 'different':
      return `${subject}: is ${actual}, expected ${expected}`;
    case 'not-compared':
    case 'disabled':
    case 'untrusted':
    case 'right':
    case 'setting':
      return `${subject}: ${actual}`;
  }
}
