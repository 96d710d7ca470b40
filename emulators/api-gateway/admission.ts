import { STATUS_CODES, type IncomingMessage } from 'node:http';
import type { ConnectionFacts, EventFactory } from './event-factory.ts';
import type { AuthorizerContext, GatewayHandler } from './gateway-event.ts';
import { BAD_GATEWAY, TIMED_OUT, type GatewayError } from './gateway-error.ts';
import { readHandshake } from './handshake-request.ts';
import type { Invoker } from './invoker.ts';
import { headerOf, parseProxyResponse } from './proxy-response.ts';
import type { createRequestAuthorizer } from './request-authorizer.ts';

export type Admission =
  | { admitted: true; authorizer: AuthorizerContext | undefined; protocol: string | undefined }
  | { admitted: false; error: GatewayError };

export interface AdmissionOptions {
  authorize: ReturnType<typeof createRequestAuthorizer> | undefined;
  connect: GatewayHandler | undefined;
  events: EventFactory;
  invoker: Invoker;
}

const SUBPROTOCOL = /^[!#$%&'*+\-.0-9A-Z^_`|a-z~]+$/;

/**
 * Decides on a handshake: the authorizer first, then `$connect`; either may be absent. Until both
 * have answered, the upgrade waits (developer guide,
 * apigateway-websocket-api-route-keys-connect-disconnect). The subprotocol is the one in the
 * `$connect` response's headers, and none otherwise (websocket-connect-route-subprotocol).
 */
export function createAdmission({ authorize, connect, events, invoker }: AdmissionOptions) {
  return async (facts: ConnectionFacts, request: IncomingMessage): Promise<Admission> => {
    const handshake = readHandshake(request);
    const authorization = await authorize?.(facts, handshake);
    if (authorization?.allowed === false) return refuse(authorization.error);
    const authorizer = authorization?.authorizer;
    if (!connect) return { admitted: true, authorizer, protocol: undefined };
    const event = events.connect({ ...facts, authorizer }, handshake);
    const invocation = await invoker.invoke('$connect', (context) => connect(event, context), {
      connectionId: facts.id,
    });
    if (invocation.outcome === 'timedOut') return refuse(TIMED_OUT);
    const response =
      invocation.outcome === 'returned' ? parseProxyResponse(invocation.value) : undefined;
    const protocol = response && headerOf(response, 'sec-websocket-protocol');
    if (!response || (protocol !== undefined && !SUBPROTOCOL.test(protocol))) {
      return refuse(BAD_GATEWAY);
    }
    const { statusCode } = response;
    if (statusCode < 200 || statusCode > 299) return refuse(integrationRefusal(statusCode));
    return { admitted: true, authorizer, protocol };
  };
}

function refuse(error: GatewayError): Admission {
  return { admitted: false, error };
}

/** The status that `$connect` returned goes to the client; its body does not. */
function integrationRefusal(status: number): GatewayError {
  const message = STATUS_CODES[status];
  if (status < 300 || message === undefined) return BAD_GATEWAY;
  return { status, errorType: `${message.replaceAll(/\W/g, '')}Exception`, message };
}
