import type { SubscribeMessage } from '@ordercast/protocol/client-message.ts';
import { formatPosition, parsePosition } from '@ordercast/protocol/position.ts';
import type { Tail } from '../channel-log/channel-log.ts';
import { eventsFrame } from '../fanout/frame-encoder.ts';
import type { MessageContext, MessageDependencies } from './message-context.ts';
import { MessageRefused } from './message-context.ts';

/**
 * Answers `subscribed`, then the missed events, in that order. The subscription stands before the
 * log is read and a publisher appends before it reads the subscriptions: so an event is in the
 * replay, or is posted, or both. After an error no subscription stands; a replay that breaks off is
 * no error any more: the client has been told how far it goes, and asks again.
 */
export async function subscribe(
  dependencies: MessageDependencies,
  context: MessageContext,
  message: SubscribeMessage,
): Promise<void> {
  const { registry, policy } = dependencies;
  const { connection, reply, replyText, end } = context;
  const { id, channel } = message;
  if (!policy(channel)?.mayRead(connection)) throw forbidden(channel);
  let tail: Tail | undefined;
  try {
    tail = await makeSubscription(dependencies, connection.connectionId, message);
  } catch (error) {
    await registry.unsubscribe(connection.connectionId, channel).catch(end);
    throw error;
  }
  if (tail === undefined) {
    await end();
    return;
  }

  const { recovered, batches } = tail;
  const position = formatPosition(tail.position);
  if (!(await reply({ type: 'subscribed', id, channel, position, recovered }))) return;
  for await (const batch of batches) {
    if (!(await replyText(eventsFrame(channel, batch)))) return;
  }
}

/** Subscribes, and reads the log after; undefined where the connection is gone. */
async function makeSubscription(
  { registry, log, policy }: MessageDependencies,
  connectionId: string,
  { channel, since }: SubscribeMessage,
): Promise<Tail | undefined> {
  const result = await registry.subscribe(connectionId, channel);
  if (result.outcome === 'gone') return undefined;
  if (result.outcome === 'too_many') {
    throw new MessageRefused(
      'TOO_MANY_SUBSCRIPTIONS',
      'A connection holds no more subscriptions than it has.',
    );
  }
  // A token with fewer groups may have come while the subscription was made.
  if (!policy(channel)?.mayRead(result.connection)) throw forbidden(channel);
  return log.readSince(channel, since === undefined ? since : parsePosition(since));
}

/** One answer for a forbidden and an unknown channel: which of them it is is not for everybody. */
function forbidden(channel: string): MessageRefused {
  return new MessageRefused('FORBIDDEN_CHANNEL', `You may not read ${channel}.`);
}
