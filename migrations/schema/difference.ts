export interface Difference {
  /** What it concerns: `orders`, `orders.note`, `orders: ix_orders_status`. */
  subject: string;
  kind:
    | 'missing'
    | 'unexpected'
    | 'different'
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
    case 'disabled':
    case 'untrusted':
    case 'right':
    case 'setting':
      return `${subject}: ${actual}`;
  }
}
