import { z } from 'zod';
import type { ClientMessage } from './client-message.ts';
import { clientMessageSchema } from './client-message.ts';
import { MAX_ID_LENGTH } from './limits.ts';
import { parsePosition } from './position.ts';
import type { ErrorCode } from './server-message.ts';

export type ParsedClientMessage =
  | { ok: true; message: ClientMessage }
  /** What to answer; `id` where the message had a readable one. */
  | {
      ok: false;
      id?: string;
      code: Extract<ErrorCode, 'BAD_REQUEST' | 'UNKNOWN_ACTION'>;
      message: string;
    };

const envelopeSchema = z.looseObject({ action: z.string() });
const idSchema = z.object({ id: z.string().min(1).max(MAX_ID_LENGTH) });
const ACTIONS: readonly string[] = clientMessageSchema.options.map(
  (option) => option.shape.action.value,
);

/** Reads what a client sent; what is wrong with it is said field by field. */
export function parseClientMessage(text: string): ParsedClientMessage {
  const json = parseJson(text);
  if (json === undefined) {
    return { ok: false, code: 'BAD_REQUEST', message: 'The message is not JSON.' };
  }
  const { data: { id } = {} } = idSchema.safeParse(json);
  const withId = id === undefined ? {} : { id };
  const envelope = envelopeSchema.safeParse(json);
  if (!envelope.success) {
    return { ok: false, ...withId, code: 'BAD_REQUEST', message: 'action: a string is required' };
  }
  if (!ACTIONS.includes(envelope.data.action)) {
    const message = `There is no such action; there are ${ACTIONS.join(', ')}.`;
    return { ok: false, ...withId, code: 'UNKNOWN_ACTION', message };
  }
  const parsed = clientMessageSchema.safeParse(json);
  if (!parsed.success) {
    return { ok: false, ...withId, code: 'BAD_REQUEST', message: describe(parsed.error) };
  }
  const message = parsed.data;
  const since = message.action === 'subscribe' ? message.since : undefined;
  if (since !== undefined && parsePosition(since) === undefined) {
    const hint = 'since: a position such as "<epoch>.<seq>" is required';
    return { ok: false, ...withId, code: 'BAD_REQUEST', message: hint };
  }
  return { ok: true, message };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function describe(error: z.ZodError): string {
  return error.issues
    .map(({ path, message }) => (path.length === 0 ? message : `${path.join('.')}: ${message}`))
    .join('; ');
}
