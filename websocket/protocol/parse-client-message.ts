import { z } from 'zod';
import type { ClientMessage } from './client-message.ts';
import { channelSchema, clientMessageSchema, idSchema } from './client-message.ts';
import { parsePosition } from './position.ts';
import type { ErrorCode } from './server-message.ts';

/** What an answer names of a message: its id and its channel, where they can be read. */
export interface Subject {
  id?: string;
  channel?: string;
}

export type ParsedClientMessage =
  | { ok: true; about: Subject; message: ClientMessage }
  /** What to answer. */
  | {
      ok: false;
      about: Subject;
      code: Extract<ErrorCode, 'BAD_REQUEST' | 'UNKNOWN_ACTION'>;
      message: string;
    };

const envelopeSchema = z.looseObject({ action: z.string() });
const ACTIONS: readonly string[] = clientMessageSchema.options.map(
  (option) => option.shape.action.value,
);

/** Reads what a client sent; what is wrong with it is said field by field. */
export function parseClientMessage(text: string): ParsedClientMessage {
  const json = parseJson(text);
  if (json === undefined) {
    return { ok: false, about: {}, code: 'BAD_REQUEST', message: 'The message is not JSON.' };
  }
  const about = subjectOf(json);
  const envelope = envelopeSchema.safeParse(json);
  if (!envelope.success) {
    return { ok: false, about, code: 'BAD_REQUEST', message: 'action: a string is required' };
  }
  if (!ACTIONS.includes(envelope.data.action)) {
    const message = `There is no such action; there are ${ACTIONS.join(', ')}.`;
    return { ok: false, about, code: 'UNKNOWN_ACTION', message };
  }
  const parsed = clientMessageSchema.safeParse(json);
  if (!parsed.success) {
    return { ok: false, about, code: 'BAD_REQUEST', message: describe(parsed.error) };
  }
  const message = parsed.data;
  const since = message.action === 'subscribe' ? message.since : undefined;
  if (since !== undefined && parsePosition(since) === undefined) {
    const hint = 'since: a position such as "<epoch>.<seq>" is required';
    return { ok: false, about, code: 'BAD_REQUEST', message: hint };
  }
  return { ok: true, about, message };
}

function subjectOf(json: unknown): Subject {
  const { data: fields = {} } = z.looseObject({}).safeParse(json);
  const { data: id } = idSchema.safeParse(fields['id']);
  const { data: channel } = channelSchema.safeParse(fields['channel']);
  return { ...(id !== undefined && { id }), ...(channel !== undefined && { channel }) };
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
