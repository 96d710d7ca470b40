import { createWebSocketGateway } from '@ordercast/emulators/api-gateway/websocket-gateway.ts';
import type { WebSocketGateway } from '@ordercast/emulators/api-gateway/websocket-gateway.ts';
import { functionArnIn } from './deployed-gateways.ts';
import type { DeployedApi } from './deployed-gateways.ts';
import type { RunningFunction } from './running-function.ts';

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** Plays a deployed WebSocket API: its stage, routes and authorizer, with the functions that they name. */
export async function createWebSocketApi(
  api: DeployedApi,
  domainName: string,
  functionBy: (arn: string) => RunningFunction,
): Promise<WebSocketGateway> {
  const routes: Record<string, RunningFunction['invoke']> = {};
  for (const route of api.routes) {
    const { IntegrationUri } = await api.integrationOf(route);
    routes[route.RouteKey] = functionBy(functionArnIn(IntegrationUri)).invoke;
  }
  const connect = api.routes.find(({ RouteKey }) => RouteKey === '$connect');
  const authorizer = connect && (await api.authorizerOf(connect));
  if (authorizer === undefined) throw new Error('Nobody is asked who may connect.');
  return createWebSocketGateway({
    stage: api.stage,
    domainName,
    apiId: api.id,
    routes,
    ...(api.routeSelection !== undefined && { routeSelectionExpression: api.routeSelection }),
    authorizer: {
      handler: functionBy(functionArnIn(authorizer.AuthorizerUri ?? '')).invoke,
      identitySource: authorizer.IdentitySource,
    },
    log: quiet,
  });
}
