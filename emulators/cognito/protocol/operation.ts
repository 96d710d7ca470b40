import type { z } from 'zod';
import type { Pool } from '../pool.ts';
import { invalidParameter } from './cognito-error.ts';

/** One call of the AWS JSON protocol: the parsed body in, the answer's body out. */
export type Operation = (pool: Pool, body: unknown) => Promise<object>;

/** An operation whose body is checked first; what fails is worded as Cognito words it. */
export function operation<Input>(
  schema: z.ZodType<Input>,
  run: (pool: Pool, input: Input) => Promise<object> | object,
): Operation {
  return async (pool, body) => {
    const parsed = schema.safeParse(body, { reportInput: true });
    if (!parsed.success) throw invalidParameter(describe(parsed.error));
    return run(pool, parsed.data);
  };
}

function describe(error: z.ZodError): string {
  const problems = error.issues.map(({ path, code, message, input }) => {
    const member = path.map((part, depth) => (depth === 0 ? lowerFirst(part) : String(part)));
    const constraint =
      code === 'invalid_type' && input === undefined ? 'Member must not be null' : message;
    return `Value at '${member.join('.')}' failed to satisfy constraint: ${constraint}`;
  });
  const noun = problems.length === 1 ? 'error' : 'errors';
  return `${problems.length} validation ${noun} detected: ${problems.join('; ')}`;
}

function lowerFirst(part: PropertyKey): string {
  const name = String(part);
  return name.charAt(0).toLowerCase() + name.slice(1);
}
