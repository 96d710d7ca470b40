import { z } from 'zod';
import type { Account } from './stand-in-account.ts';

const apiSchema = z.object({
  ApiId: z.string(),
  ProtocolType: z.enum(['HTTP', 'WEBSOCKET']),
  RouteSelectionExpression: z.string().optional(),
});
const routeSchema = z.object({
  RouteKey: z.string(),
  Target: z.string(),
  AuthorizationType: z.string().default('NONE'),
  AuthorizerId: z.string().optional(),
  AuthorizationScopes: z.array(z.string()).default([]),
});
const integrationSchema = z.object({
  IntegrationId: z.string(),
  IntegrationType: z.string(),
  IntegrationUri: z.string(),
  RequestParameters: z.record(z.string(), z.string()).default({}),
});
const authorizerSchema = z.object({
  AuthorizerId: z.string(),
  AuthorizerUri: z.string().optional(),
  IdentitySource: z.array(z.string()),
  JwtConfiguration: z.object({ Issuer: z.string(), Audience: z.array(z.string()) }).optional(),
});
const stageSchema = z.object({ StageName: z.string() });

export type Route = z.infer<typeof routeSchema>;
export type Integration = z.infer<typeof integrationSchema>;
export type Authorizer = z.infer<typeof authorizerSchema>;

export interface DeployedApi {
  id: string;
  routeSelection: string | undefined;
  stage: string;
  routes: readonly Route[];
  /** Of a route; read anew each time, since a rotation changes it. */
  integrationOf: (route: Route) => Promise<Integration>;
  authorizerOf: (route: Route) => Promise<Authorizer | undefined>;
}

/** The one API of a kind, with what it does with a request. Throws unless there is exactly one. */
export async function readApi(
  account: Account,
  protocol: 'HTTP' | 'WEBSOCKET',
): Promise<DeployedApi> {
  const read = async <Item extends z.ZodType>(operation: string, item: Item, ApiId?: string) => {
    const { whole } = await account.call('apigatewayv2', operation, { ApiId });
    return z.object({ Items: z.array(item) }).parse(whole).Items;
  };
  const [api] = (await read('getApis', apiSchema)).filter((one) => one.ProtocolType === protocol);
  if (api === undefined) throw new Error(`There is no ${protocol} API.`);
  const { ApiId } = api;
  const [stage] = await read('getStages', stageSchema, ApiId);
  return {
    id: ApiId,
    routeSelection: api.RouteSelectionExpression,
    stage: stage?.StageName ?? '',
    routes: await read('getRoutes', routeSchema, ApiId),
    integrationOf: async ({ Target }) => {
      const IntegrationId = Target.replace(/^integrations\//, '');
      const { whole } = await account.call('apigatewayv2', 'getIntegration', {
        ApiId,
        IntegrationId,
      });
      return integrationSchema.parse(whole);
    },
    authorizerOf: async ({ AuthorizerId }) => {
      if (AuthorizerId === undefined) return undefined;
      const input = { ApiId, AuthorizerId };
      const { whole } = await account.call('apigatewayv2', 'getAuthorizer', input);
      return authorizerSchema.parse(whole);
    },
  };
}

/** The function behind `arn:…:lambda:path/2015-03-31/functions/<arn>/invocations`. */
export function functionArnIn(uri: string): string {
  const [, arn] = /\/functions\/([^/]+)\/invocations$/.exec(uri) ?? [];
  if (arn === undefined) throw new Error(`No function is named by ${uri}.`);
  return arn;
}
