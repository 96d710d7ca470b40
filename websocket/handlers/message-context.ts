import type { ErrorCode, ServerMessage } from '@ordercast/protocol/server-message.ts';
import type { ChannelLog } from '../channel-log/channel-log.ts';
import type { Connection, ConnectionRegistry } from '../connections/connection-registry.ts';
import type { ChannelPolicy } from '../channel-policy.ts';
import type { VerifyToken } from './token-verifier.ts';

/** What the message handlers work with. */
export interface MessageDependencies {
  registry: ConnectionRegistry;
  log: ChannelLog;
  policy: ChannelPolicy;
  verifyToken: VerifyToken;
}

/** The connection that a message came through, and the way back to it. */
export interface MessageContext {
  connection: Connection;
  /**
   * Posts an answer; false where the connection did not take it, and then the rest of the answer
   * would be of no use.
   */
  reply: (message: ServerMessage) => Promise<boolean>;
  /** The same for a frame that is encoded already. */
  replyText: (frame: string) => Promise<boolean>;
  /**
   * Ends the connection instead of answering, where it is forgotten, or not known any more what stands
   * on it: the client begins anew. Never rejects.
   */
  end: () => Promise<void>;
}

/** A message that is answered with an error; the connection stays. */
export class MessageRefused extends Error {
  override readonly name = 'MessageRefused';
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
