import { parseClientMessage } from '@ordercast/protocol/parse-client-message.ts';
import type { Sender } from '../fanout/sender.ts';
import { errorMessage } from './error-message.ts';
import type { FloodVerdict } from './flood-guard.ts';
import type { CallbackEndpoint, RequestContext } from './websocket-event.ts';

export interface FloodAnswerOptions {
  sender: Pick<Sender, 'send' | 'close'>;
  callbackEndpoint: CallbackEndpoint;
  /** What a refusal says. */
  text: string;
}

/** Answers what the flood guard does not let pass, without asking the tables anything. Never rejects. */
export function createFloodAnswer({ sender, callbackEndpoint, text }: FloodAnswerOptions) {
  /** By connection, of the refusals that are under way the one that began first. */
  const refusing = new Map<string, Promise<unknown>>();

  return async (
    verdict: Exclude<FloodVerdict, 'pass'>,
    body: string,
    requestContext: RequestContext,
  ): Promise<void> => {
    const { connectionId } = requestContext;
    const endpoint = callbackEndpoint(requestContext);
    if (verdict === 'close') {
      // It shall hear why before it is cut: once is enough, and all of them could take for ever.
      await refusing.get(connectionId);
      await sender.close(endpoint, connectionId);
    }
    if (verdict !== 'refuse') return;
    const { about } = parseClientMessage(body);
    const frame = JSON.stringify(errorMessage(about, 'RATE_LIMITED', text));
    const sent = sender.send(endpoint, connectionId, frame);
    if (!refusing.has(connectionId)) refusing.set(connectionId, sent);
    await sent;
    if (refusing.get(connectionId) === sent) refusing.delete(connectionId);
  };
}
