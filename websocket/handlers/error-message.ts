import type { Subject } from '@ordercast/protocol/parse-client-message.ts';
import type { ErrorCode, ServerMessage } from '@ordercast/protocol/server-message.ts';

/** What a message is answered with that cannot be done; `about` names it as far as it could be read. */
export function errorMessage(about: Subject, code: ErrorCode, message: string): ServerMessage {
  return { type: 'error', ...about, code, message };
}
