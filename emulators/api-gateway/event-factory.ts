import type { HandshakeDetails } from './handshake-request.ts';
import type {
  AuthorizerContext,
  AuthorizerEvent,
  ConnectEvent,
  DisconnectEvent,
  Identity,
  MessageEvent,
  RequestContext,
} from './gateway-event.ts';

/** What every event says of its connection. */
export interface ConnectionFacts {
  readonly id: string;
  readonly connectedAt: number;
  readonly identity: Identity;
  readonly authorizer: AuthorizerContext | undefined;
}

export interface EventFactoryOptions {
  stage: string;
  domainName: () => string;
  apiId: string;
  /** Epoch ms. */
  clock: () => number;
  makeId: () => string;
}

export type EventFactory = ReturnType<typeof createEventFactory>;

/**
 * Makes the events of the Lambda proxy integration, in the shapes that AWS logs show: the field
 * order too, so that a logged event reads the same.
 */
export function createEventFactory({
  stage,
  domainName,
  apiId,
  clock,
  makeId,
}: EventFactoryOptions) {
  const formatTime = createTimeFormat();

  function context<T>(facts: ConnectionFacts, routeKey: string, own: T): RequestContext & T {
    const requestId = makeId();
    const requestTimeEpoch = clock();
    return {
      routeKey,
      ...own,
      ...(facts.authorizer && { authorizer: facts.authorizer }),
      extendedRequestId: requestId,
      requestTime: formatTime(requestTimeEpoch),
      messageDirection: 'IN',
      stage,
      connectedAt: facts.connectedAt,
      requestTimeEpoch,
      identity: facts.identity,
      requestId,
      domainName: domainName(),
      connectionId: facts.id,
      apiId,
    };
  }

  return {
    authorizer(
      facts: ConnectionFacts,
      { headers, multiValueHeaders, query }: HandshakeDetails,
    ): AuthorizerEvent {
      return {
        type: 'REQUEST',
        methodArn: `arn:aws:execute-api:us-east-1:000000000000:${apiId}/${stage}/$connect`,
        headers,
        multiValueHeaders,
        queryStringParameters: query?.queryStringParameters ?? {},
        multiValueQueryStringParameters: query?.multiValueQueryStringParameters ?? {},
        stageVariables: {},
        requestContext: context(facts, '$connect', { eventType: 'CONNECT' }),
      };
    },

    connect(
      facts: ConnectionFacts,
      { headers, multiValueHeaders, query }: HandshakeDetails,
    ): ConnectEvent {
      return {
        headers,
        multiValueHeaders,
        ...query,
        requestContext: context(facts, '$connect', { eventType: 'CONNECT' }),
        isBase64Encoded: false,
      };
    },

    message(facts: ConnectionFacts, routeKey: string, body: string): MessageEvent {
      const own = { messageId: makeId(), eventType: 'MESSAGE' } as const;
      return { requestContext: context(facts, routeKey, own), body, isBase64Encoded: false };
    },

    disconnect(facts: ConnectionFacts, statusCode: number, reason: string): DisconnectEvent {
      const host = domainName();
      return {
        headers: { Host: host, 'x-api-key': '', 'X-Forwarded-For': '', 'x-restapi': '' },
        multiValueHeaders: {
          Host: [host],
          'x-api-key': [''],
          'X-Forwarded-For': [''],
          'x-restapi': [''],
        },
        requestContext: context(facts, '$disconnect', {
          disconnectStatusCode: statusCode,
          eventType: 'DISCONNECT',
          disconnectReason: reason,
        }),
        isBase64Encoded: false,
      };
    },
  };
}

/** `28/Apr/2022:20:20:42 +0000`; one second's text is made once. */
function createTimeFormat(): (epochMs: number) => string {
  let second = -1;
  let text = '';
  return (epochMs) => {
    const now = Math.floor(epochMs / 1000);
    if (now !== second) {
      second = now;
      const [, day = '', month = '', year = '', time = ''] = new Date(now * 1000)
        .toUTCString()
        .split(' ');
      text = `${day}/${month}/${year}:${time} +0000`;
    }
    return text;
  };
}
