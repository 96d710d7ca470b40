import type { LineSink } from '@ordercast/platform/dropping-lines.ts';
import type { Wait } from '@ordercast/platform/wait.ts';

/** What the functions are given by whoever packs them. */
export interface FunctionParts {
  /** Each function reads the variables that it needs, at its first call. */
  environment: Readonly<Record<string, string | undefined>>;
  /** Lines go to standard output unless said otherwise. */
  logTo?: { destination: LineSink };
  wait: Wait;
}

/** What Lambda tells of an invocation. */
export interface Invocation {
  /** Until Lambda ends the process. */
  getRemainingTimeInMillis: () => number;
}
