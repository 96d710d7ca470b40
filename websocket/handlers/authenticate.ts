import type { AuthenticateMessage } from '@ordercast/protocol/client-message.ts';
import type { MessageContext, MessageDependencies } from './message-context.ts';
import { MessageRefused } from './message-context.ts';
import { TokenRefused } from './token-verifier.ts';

/**
 * Takes a newer token of the same subject: answers `authenticated` with the connection's new end. A
 * channel that its groups no longer allow is unsubscribed, with an error that names it.
 */
export async function authenticate(
  { registry, policy, verifyToken }: MessageDependencies,
  { connection, reply }: MessageContext,
  { id, token }: AuthenticateMessage,
): Promise<void> {
  const identity = await verifyToken(token).catch((error: unknown) => {
    if (error instanceof TokenRefused) throw refusal();
    throw error;
  });
  if (identity.sub !== connection.sub) throw refusal();

  const extended = await registry.extend(connection.connectionId, identity);
  if (extended === undefined) return;
  const denied = extended.channels.filter((channel) => !policy(channel)?.mayRead(extended));
  for (const channel of denied) await registry.unsubscribe(connection.connectionId, channel);

  const expiresAt = new Date(extended.expiresAt).toISOString();
  await reply({ type: 'authenticated', id, expiresAt });
  for (const channel of denied) {
    const message = `You may no longer read ${channel}.`;
    await reply({ type: 'error', code: 'FORBIDDEN_CHANNEL', message });
  }
}

function refusal(): MessageRefused {
  return new MessageRefused('TOKEN_INVALID', 'A valid access token of the same user is required.');
}
