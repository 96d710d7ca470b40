import { isIP } from 'node:net';
import type { Request, RequestHandler } from 'express';
import { CLIENT_ADDRESS_HEADER, GATEWAY_SECRET_HEADER } from './gateway-headers.ts';
import type { GatewaySecret } from './gateway-secret.ts';
import { forbidden } from './problem.ts';
import { contextOf } from './request-context.ts';

/** Balancers ask these, not callers; they tell nothing of anybody. */
const OPEN_TO_ALL = '/health/';

/**
 * Refuses with 403 whatever did not come through the gateway, but for `/health/*`. Of what did, the caller's address
 * stands in the request's log line, as the gateway saw it: no header that callers write themselves is believed.
 */
export function requireGateway(secret: GatewaySecret): RequestHandler {
  return async (request, _response, next) => {
    if (!request.path.startsWith(OPEN_TO_ALL)) {
      await refuseStrangers(request, secret);
      contextOf(request).clientAddress = clientAddressOf(request);
    }
    next();
  };
}

async function refuseStrangers(request: Request, secret: GatewaySecret): Promise<void> {
  const value = request.get(GATEWAY_SECRET_HEADER);
  if (value !== undefined && (await secret.accepts(value))) return;
  throw forbidden('Calls to this API go through the address of its gateway.');
}

function clientAddressOf(request: Request): string | undefined {
  const address = request.get(CLIENT_ADDRESS_HEADER) ?? '';
  return isIP(address) === 0 ? undefined : address;
}
