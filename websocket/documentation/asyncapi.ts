import {
  authenticateSchema,
  pingSchema,
  subscribeSchema,
  unsubscribeSchema,
} from '@ordercast/protocol/client-message.ts';
import { cloudEventSchema } from '@ordercast/protocol/cloud-event.ts';
import { BEARER_PREFIX, MAX_FRAME_BYTES, SUBPROTOCOL } from '@ordercast/protocol/limits.ts';
import {
  authenticatedSchema,
  closingSchema,
  errorSchema,
  eventsSchema,
  pongSchema,
  subscribedSchema,
  unsubscribedSchema,
} from '@ordercast/protocol/server-message.ts';
import { z } from 'zod';

/** Events of one kind, and what their `data` is: the core itself doesn't know. */
export interface DocumentedEvent {
  title: string;
  summary: string;
  /** CloudEvent `type`s, all with the same `data`. */
  types: readonly string[];
  source: string;
  data: z.ZodType;
}

interface DocumentedMessage {
  schema: z.ZodType;
  summary: string;
}

/** What a client sends, and what may answer it. */
const FROM_CLIENT: Record<string, DocumentedMessage & { answers: readonly string[] }> = {
  subscribe: {
    schema: subscribeSchema,
    summary: 'Asks for the events of a channel from now on, and for those missed since a position.',
    answers: ['subscribed', 'error'],
  },
  unsubscribe: {
    schema: unsubscribeSchema,
    summary: 'Wants the events of a channel no more.',
    answers: ['unsubscribed', 'error'],
  },
  authenticate: {
    schema: authenticateSchema,
    summary: 'Hands over a newer access token of the same subject.',
    answers: ['authenticated', 'error'],
  },
  ping: {
    schema: pingSchema,
    summary: 'Keeps the connection from idling, and asks for the head of each subscribed channel.',
    answers: ['pong', 'error'],
  },
};

const fromServer = (events: readonly DocumentedEvent[]): Record<string, DocumentedMessage> => ({
  subscribed: {
    schema: subscribedSchema,
    summary: 'The subscription stands; the missed events follow as events frames.',
  },
  unsubscribed: { schema: unsubscribedSchema, summary: 'There is no subscription any more.' },
  authenticated: { schema: authenticatedSchema, summary: 'The connection lives until then.' },
  pong: { schema: pongSchema, summary: 'Positions of the subscribed channels: a lost tail shows.' },
  error: { schema: errorSchema, summary: 'A message was refused; the connection stays.' },
  events: {
    schema: eventsSchema.extend({ events: z.array(z.union(events.map(eventSchema))).min(1) }),
    summary:
      'One event for each number from `from` to `to`; frames may repeat or overtake each other.',
  },
  closing: { schema: closingSchema, summary: 'The server is about to end the connection.' },
});

/** Sent without being asked for. */
const UNASKED = ['events', 'closing'];

/** The protocol as AsyncAPI 3, from the schemas that both sides parse by, with the events that are published. */
export function asyncApiDocument(
  events: readonly DocumentedEvent[],
): Readonly<Record<string, unknown>> {
  const all: Record<string, DocumentedMessage> = { ...FROM_CLIENT, ...fromServer(events) };
  const refs = (names: readonly string[]) =>
    names.map((name) => ({ $ref: `#/channels/connection/messages/${name}` }));
  const channel = { $ref: '#/channels/connection' };
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Ordercast realtime',
      version: SUBPROTOCOL.replace('ordercast.v', '') + '.0.0',
      description: `Subprotocol \`${SUBPROTOCOL}\`. What the messages promise, and in which order they come, stands in docs/protocol.md. Each frame is JSON text of at most ${MAX_FRAME_BYTES} bytes.`,
      license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
    },
    defaultContentType: 'application/json',
    servers: {
      laptop: {
        host: 'localhost:8080',
        pathname: '/realtime',
        protocol: 'ws',
        security: [bearer()],
      },
      aws: {
        host: '{api}.execute-api.{region}.amazonaws.com',
        pathname: '/{stage}',
        protocol: 'wss',
        variables: { api: {}, region: { default: 'us-east-1' }, stage: { default: 'realtime' } },
        security: [bearer()],
      },
    },
    channels: {
      connection: {
        address: null,
        description: 'One WebSocket connection carries every channel of events.',
        messages: Object.fromEntries(
          Object.keys(all).map((name) => [name, { $ref: `#/components/messages/${name}` }]),
        ),
        bindings: { ws: { method: 'GET', headers: handshakeHeaders() } },
      },
    },
    operations: {
      ...Object.fromEntries(
        Object.entries(FROM_CLIENT).map(([name, { summary, answers }]) => [
          name,
          {
            action: 'receive',
            channel,
            summary,
            messages: refs([name]),
            reply: { channel, messages: refs(answers) },
          },
        ]),
      ),
      ...Object.fromEntries(
        UNASKED.map((name) => [
          name,
          { action: 'send', channel, summary: all[name]?.summary, messages: refs([name]) },
        ]),
      ),
    },
    components: {
      messages: Object.fromEntries(
        Object.entries(all).map(([name, { schema, summary }]) => [
          name,
          { name, summary, payload: z.toJSONSchema(schema, { target: 'draft-7', io: 'input' }) },
        ]),
      ),
    },
  };
}

function eventSchema({ title, summary, types, source, data }: DocumentedEvent) {
  return cloudEventSchema
    .extend({ type: z.enum(types), source: z.literal(source), data })
    .meta({ title, description: summary });
}

function bearer() {
  return {
    type: 'httpApiKey',
    name: 'Sec-WebSocket-Protocol',
    in: 'header',
    description: `The access token is offered as a second subprotocol: \`${SUBPROTOCOL}, ${BEARER_PREFIX}<access token>\`.`,
  };
}

function handshakeHeaders() {
  return {
    type: 'object',
    required: ['Sec-WebSocket-Protocol'],
    properties: {
      'Sec-WebSocket-Protocol': {
        type: 'string',
        description: `${SUBPROTOCOL} and ${BEARER_PREFIX}<access token>, each once, in any order.`,
      },
    },
  };
}
