import type { AuthenticateMessage } from '@ordercast/protocol/client-message.ts';
import type { Connection, Identity } from '../connections/connection-registry.ts';
import type { MessageContext, MessageDependencies } from './message-context.ts';
import { MessageRefused } from './message-context.ts';
import { TokenRefused } from './token-verifier.ts';

/**
 * Takes a newer token of the same subject: answers `authenticated` with the connection's new end. A
 * channel that its groups no longer allow is unsubscribed, with an error that names it. Where that
 * cannot be finished the connection ends, since it would have the end of one token and the channels
 * of the other.
 */
export async function authenticate(
  dependencies: MessageDependencies,
  { connection, reply, end }: MessageContext,
  { id, token }: AuthenticateMessage,
): Promise<void> {
  const identity = await dependencies.verifyToken(token).catch((error: unknown) => {
    if (error instanceof TokenRefused) throw refusal();
    throw error;
  });
  if (identity.sub !== connection.sub) throw refusal();

  const taken = await takeOver(dependencies, connection.connectionId, identity).catch(
    async (error: unknown) => {
      await end();
      throw error;
    },
  );
  if (taken === undefined) {
    await end();
    return;
  }
  const expiresAt = new Date(taken.extended.expiresAt).toISOString();
  await reply({ type: 'authenticated', id, expiresAt });
  for (const channel of taken.denied) {
    const message = `You may no longer read ${channel}.`;
    await reply({ type: 'error', channel, code: 'FORBIDDEN_CHANNEL', message });
  }
}

/** The connection under its new token, and the channels that this took; undefined where it is gone. */
async function takeOver(
  { registry, policy }: MessageDependencies,
  connectionId: string,
  identity: Identity,
): Promise<{ extended: Connection; denied: string[] } | undefined> {
  const extended = await registry.extend(connectionId, identity);
  if (extended === undefined) return undefined;
  const denied = extended.channels.filter((channel) => !policy(channel)?.mayRead(extended));
  for (const channel of denied) await registry.unsubscribe(connectionId, channel);
  return { extended, denied };
}

function refusal(): MessageRefused {
  return new MessageRefused('TOKEN_INVALID', 'A valid access token of the same user is required.');
}
