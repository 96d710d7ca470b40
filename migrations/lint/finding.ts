import type { LintRule } from './lint-rules.ts';

export interface Danger {
  rule: LintRule;
  /** What exactly, such as `orders.note: nvarchar(4000) becomes nvarchar(200)`. */
  message: string;
}

export interface Finding extends Danger {
  /** Allowed where the step itself sets the rule aside, in `lintAllow`, with a reason. */
  severity: 'danger' | 'allowed';
  /** Why the step allows it. */
  reason?: string;
  step: string;
  /** Line of the step's file, counted from 1, that seems to cause it; undefined where none does. */
  line?: number;
  /** What to write instead. */
  remedy: string;
}
