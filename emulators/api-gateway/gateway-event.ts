import type {
  APIGatewayProxyWebsocketEventV2,
  APIGatewayRequestAuthorizerEvent,
  Context,
} from 'aws-lambda';

export interface Identity {
  sourceIp: string;
  /** Absent where the client sent no `User-Agent`. */
  userAgent?: string;
}

/** What the authorizer said, on every event of the connection: its context's values as strings. */
export interface AuthorizerContext {
  principalId: string;
  [name: string]: string | null;
}

/** What stands in every event's `requestContext`. */
export interface RequestContext {
  routeKey: string;
  extendedRequestId: string;
  /** `28/Apr/2022:20:20:42 +0000` */
  requestTime: string;
  messageDirection: 'IN';
  stage: string;
  /** Epoch milliseconds, as are all times here. */
  connectedAt: number;
  requestTimeEpoch: number;
  identity: Identity;
  requestId: string;
  domainName: string;
  connectionId: string;
  apiId: string;
  authorizer?: AuthorizerContext;
}

/** Only a message has a `messageId`, whatever the types of @types/aws-lambda say. */
export interface ConnectEvent {
  headers: Record<string, string>;
  multiValueHeaders: Record<string, string[]>;
  queryStringParameters?: Record<string, string>;
  multiValueQueryStringParameters?: Record<string, string[]>;
  requestContext: RequestContext & { eventType: 'CONNECT' };
  isBase64Encoded: false;
}

export interface MessageEvent {
  requestContext: RequestContext & { eventType: 'MESSAGE'; messageId: string };
  body: string;
  isBase64Encoded: false;
}

export interface DisconnectEvent {
  headers: Record<string, string>;
  multiValueHeaders: Record<string, string[]>;
  requestContext: RequestContext & {
    eventType: 'DISCONNECT';
    /** The close code; 1005 where the client's close frame had none, 1006 where none came. */
    disconnectStatusCode: number;
    disconnectReason: string;
  };
  isBase64Encoded: false;
}

export type GatewayEvent = ConnectEvent | MessageEvent | DisconnectEvent;

/** The input of a REQUEST authorizer, as the developer guide shows it for WebSocket APIs. */
export interface AuthorizerEvent extends Omit<ConnectEvent, 'isBase64Encoded'> {
  type: 'REQUEST';
  methodArn: string;
  queryStringParameters: Record<string, string>;
  multiValueQueryStringParameters: Record<string, string[]>;
  stageVariables: Record<string, string>;
}

/** A Lambda context without the callbacks, which the Node 24 runtime does not have. */
export type LambdaContext = Omit<Context, 'done' | 'fail' | 'succeed'>;

/** Declared as methods, so that a handler may ask for its own kind of event alone. */
interface Shapes {
  handle(event: GatewayEvent | APIGatewayProxyWebsocketEventV2, context: LambdaContext): unknown;
  authorize(
    event: AuthorizerEvent | APIGatewayRequestAuthorizerEvent,
    context: LambdaContext,
  ): unknown;
}
/** A Lambda handler of a route: returns, or promises, a proxy response. */
export type GatewayHandler = Shapes['handle'];
/** A Lambda REQUEST authorizer: returns, or promises, a policy. */
export type AuthorizerHandler = Shapes['authorize'];
