import type { PingMessage } from '@ordercast/protocol/client-message.ts';
import { formatPosition } from '@ordercast/protocol/position.ts';
import type { MessageContext, MessageDependencies } from './message-context.ts';

/** Answers `pong` with the head of each subscribed channel: a client behind one has lost a tail. */
export async function ping(
  { log }: MessageDependencies,
  { connection, reply }: MessageContext,
  { id }: PingMessage,
): Promise<void> {
  const heads = await Promise.all(
    connection.channels.map(async (channel): Promise<[string, string]> => [
      channel,
      formatPosition(await log.head(channel)),
    ]),
  );
  await reply({ type: 'pong', id, positions: Object.fromEntries(heads) });
}
