import { z } from 'zod';

const HOW = "write lintAllow = [{ rule: '<rule>', reason: '<why it is safe here>' }]";
const FEWEST_WORDS = 3;

/**
 * Rules that a step sets aside, each with a reason of at least three words on one line: the plan prints
 * it, and sqlcmd would take `$(` for a variable.
 */
export const lintAllowSchema = z
  .array(
    z.object(
      {
        rule: z.string(HOW),
        reason: z
          .string(HOW)
          .refine(
            (reason) => reason.trim().split(/\s+/).length >= FEWEST_WORDS,
            `a reason in lintAllow has at least ${FEWEST_WORDS} words, for whoever approves the step`,
          )
          .refine(
            (reason) => !/[\p{Cc}\u2028\u2029]|\$\(/u.test(reason),
            'a reason in lintAllow is one line without "$("',
          ),
      },
      HOW,
    ),
    HOW,
  )
  .readonly();
