import type { SubscribeMessage } from '@ordercast/protocol/client-message.ts';
import { formatPosition, parsePosition } from '@ordercast/protocol/position.ts';
import { eventsFrame } from '../fanout/frame-encoder.ts';
import type { MessageContext, MessageDependencies } from './message-context.ts';
import { MessageRefused } from './message-context.ts';

/**
 * Answers `subscribed`, then the missed events, in that order. The subscription stands before the
 * log is read and a publisher appends before it reads the subscriptions: so an event is in the
 * replay, or is posted, or both.
 */
export async function subscribe(
  { registry, log, policy }: MessageDependencies,
  { connection, reply, replyText }: MessageContext,
  { id, channel, since }: SubscribeMessage,
): Promise<void> {
  // One answer for a forbidden and an unknown channel: which of them it is is not for everybody.
  const refused = new MessageRefused('FORBIDDEN_CHANNEL', `You may not read ${channel}.`);
  if (!policy(channel)?.mayRead(connection)) throw refused;
  const result = await registry.subscribe(connection.connectionId, channel);
  if (result.outcome === 'gone') return;
  if (result.outcome === 'too_many') {
    throw new MessageRefused(
      'TOO_MANY_SUBSCRIPTIONS',
      'A connection holds no more subscriptions than it has.',
    );
  }
  // A token with fewer groups may have come while the subscription was made.
  if (!policy(channel)?.mayRead(result.connection)) {
    await registry.unsubscribe(connection.connectionId, channel);
    throw refused;
  }

  const tail = await log.readSince(channel, since === undefined ? since : parsePosition(since));
  const position = formatPosition(tail.position);
  const { recovered } = tail;
  if (!(await reply({ type: 'subscribed', id, channel, position, recovered }))) return;
  for await (const batch of tail.batches) {
    if (!(await replyText(eventsFrame(channel, batch)))) return;
  }
}
