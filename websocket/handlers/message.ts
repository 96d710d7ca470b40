import type { ClientMessage } from '@ordercast/protocol/client-message.ts';
import { parseClientMessage } from '@ordercast/protocol/parse-client-message.ts';
import type { ErrorCode } from '@ordercast/protocol/server-message.ts';
import type { Logger } from 'pino';
import { z } from 'zod';
import type { ConnectionCloser } from '../fanout/connection-closer.ts';
import type { Sender } from '../fanout/sender.ts';
import { authenticate } from './authenticate.ts';
import { createFloodGuard } from './flood-guard.ts';
import { errorMessage } from './error-message.ts';
import { createFloodAnswer } from './flood-answer.ts';
import type { MessageContext, MessageDependencies } from './message-context.ts';
import { MessageRefused } from './message-context.ts';
import { ping } from './ping.ts';
import { subscribe } from './subscribe.ts';
import { unsubscribe } from './unsubscribe.ts';
import type { CallbackEndpoint, HandlerResponse } from './websocket-event.ts';
import { requestContextSchema } from './websocket-event.ts';

const eventSchema = z.object({
  body: z.string().default(''),
  requestContext: requestContextSchema,
});

export interface MessageHandlerOptions extends MessageDependencies {
  sender: Sender;
  closer: ConnectionCloser;
  callbackEndpoint: CallbackEndpoint;
  /** Messages that one connection may send in a minute. */
  messagesPerMinute: number;
  /** Epoch ms. */
  clock: () => number;
  logger: Pick<Logger, 'error'>;
}

/**
 * `$default`: finds the connection, reads the message and hands it to the file of its action.
 * Answers are posts, so that their order is this run's; the response itself only says that it ran.
 */
export function createMessageHandler(options: MessageHandlerOptions) {
  const { registry, sender, closer, callbackEndpoint, messagesPerMinute, clock, logger } = options;

  const guard = createFloodGuard({ messagesPerMinute, clock });
  const tooMany = `At most ${messagesPerMinute} messages a minute.`;

  const answerFlood = createFloodAnswer({ sender, callbackEndpoint, text: tooMany });

  return async (event: unknown): Promise<HandlerResponse> => {
    const { body, requestContext } = eventSchema.parse(event);
    const { connectionId, requestId } = requestContext;
    const verdict = guard(connectionId);
    if (verdict !== 'pass') {
      await answerFlood(verdict, body, requestContext);
      return { statusCode: 200 };
    }
    const counted = await registry.countMessage(connectionId);
    if (counted === undefined) {
      // Forgotten after a post found it gone, or by a sweep: the client must connect anew.
      await sender.close(callbackEndpoint(requestContext), connectionId);
      return { statusCode: 200 };
    }
    const { connection, messages } = counted;
    const parsed = parseClientMessage(body);
    const isAuthenticate = parsed.ok && parsed.message.action === 'authenticate';
    if (connection.expiresAt <= clock() && !isAuthenticate) {
      await closer.closeExpired(connectionId);
      return { statusCode: 200 };
    }

    let isAnswered = false;
    const context: MessageContext = {
      connection,
      reply: (message) => {
        isAnswered = true;
        return context.replyText(JSON.stringify(message));
      },
      replyText: async (frame) => {
        const result = await sender.send(connection.endpoint, connectionId, frame);
        if (result === 'gone') await closer.forget(connectionId);
        return result === 'delivered';
      },
      end: () => {
        isAnswered = true;
        return sender.close(connection.endpoint, connectionId);
      },
    };
    // A message has one answer: what fails after it is no other one.
    const refuse = async (code: ErrorCode, message: string): Promise<void> => {
      if (!isAnswered) await context.reply(errorMessage(parsed.about, code, message));
    };

    try {
      if (messages > messagesPerMinute) {
        throw new MessageRefused('RATE_LIMITED', tooMany);
      }
      if (!parsed.ok) throw new MessageRefused(parsed.code, parsed.message);
      await dispatch(options, context, parsed.message);
    } catch (error) {
      if (error instanceof MessageRefused) await refuse(error.code, error.message);
      else {
        logger.error({ err: error, requestId, connectionId }, 'message failed');
        await refuse('INTERNAL', `Something went wrong; the request id is ${requestId}.`);
      }
    }
    return { statusCode: 200 };
  };
}

function dispatch(
  dependencies: MessageDependencies,
  context: MessageContext,
  message: ClientMessage,
): Promise<void> {
  switch (message.action) {
    case 'subscribe':
      return subscribe(dependencies, context, message);
    case 'unsubscribe':
      return unsubscribe(dependencies, context, message);
    case 'authenticate':
      return authenticate(dependencies, context, message);
    case 'ping':
      return ping(dependencies, context, message);
  }
}
