import type { UnsubscribeMessage } from '@ordercast/protocol/client-message.ts';
import type { MessageContext, MessageDependencies } from './message-context.ts';

/** Answers `unsubscribed`, whether or not there was a subscription. */
export async function unsubscribe(
  { registry }: MessageDependencies,
  { connection, reply }: MessageContext,
  { id, channel }: UnsubscribeMessage,
): Promise<void> {
  await registry.unsubscribe(connection.connectionId, channel);
  await reply({ type: 'unsubscribed', id, channel });
}
