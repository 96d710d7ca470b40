import type { Makers } from '../maker.ts';

/** The HTTP API and the WebSocket API, and the firewalls in front. */
export const gatewayMakers: Makers = {
  'AWS::ApiGatewayV2::Api': async (p, { account }) => {
    const input = p.same('Name', 'ProtocolType', 'Description', 'RouteSelectionExpression');
    const made = await account.call('apigatewayv2', 'createApi', {
      ...input,
      ...p.same('CorsConfiguration'),
    });
    const ApiId = made.text('ApiId');
    const ApiEndpoint = `https://${ApiId}.execute-api.${account.region}.amazonaws.com`;
    return { ref: ApiId, attributes: { ApiEndpoint } };
  },
  'AWS::ApiGatewayV2::Authorizer': async (p, { account }) => {
    const input = {
      ...p.same('ApiId', 'Name', 'AuthorizerType', 'AuthorizerUri', 'IdentitySource'),
      ...p.same('JwtConfiguration'),
    };
    const made = await account.call('apigatewayv2', 'createAuthorizer', input);
    return { ref: made.text('AuthorizerId') };
  },
  'AWS::ApiGatewayV2::Integration': async (p, { account }) => {
    const input = {
      ...p.same('ApiId', 'IntegrationType', 'IntegrationUri', 'IntegrationMethod'),
      ...p.same('ConnectionId', 'ConnectionType', 'PayloadFormatVersion', 'TimeoutInMillis'),
      ...p.same('RequestParameters', 'TlsConfig'),
    };
    const made = await account.call('apigatewayv2', 'createIntegration', input);
    return { ref: made.text('IntegrationId') };
  },
  'AWS::ApiGatewayV2::Route': async (p, { account }) => {
    const input = {
      ...p.same('ApiId', 'RouteKey', 'Target', 'AuthorizationType', 'AuthorizerId'),
      ...p.same('AuthorizationScopes'),
    };
    return { ref: (await account.call('apigatewayv2', 'createRoute', input)).text('RouteId') };
  },
  'AWS::ApiGatewayV2::Stage': async (p, { account }) => {
    const input = {
      ...p.same('ApiId', 'StageName', 'AutoDeploy', 'DefaultRouteSettings', 'AccessLogSettings'),
      ...p.same('RouteSettings'),
    };
    return { ref: (await account.call('apigatewayv2', 'createStage', input)).text('StageName') };
  },
  'AWS::ApiGatewayV2::VpcLink': async (p, { account }) => {
    const input = p.same('Name', 'SubnetIds', 'SecurityGroupIds');
    return { ref: (await account.call('apigatewayv2', 'createVpcLink', input)).text('VpcLinkId') };
  },
  'AWS::ApiGateway::Account': async (p, { account, name }) => {
    const patch = { op: 'replace', path: '/cloudwatchRoleArn', value: p.text('CloudWatchRoleArn') };
    await account.call('apigateway', 'updateAccount', { patchOperations: [patch] });
    return { ref: name() };
  },
  'AWS::WAFv2::WebACL': async (p, { account, name }) => {
    const made = await account.call('waf', 'createWebACL', {
      Name: name(128),
      ...p.same('Scope', 'DefaultAction', 'Rules', 'VisibilityConfig'),
    });
    return { ref: made.text('Summary.Id'), attributes: { Arn: made.text('Summary.ARN') } };
  },
  'AWS::WAFv2::WebACLAssociation': async (p, { account, name }) => {
    await account.call('waf', 'associateWebACL', p.same('ResourceArn', 'WebACLArn'));
    return { ref: name() };
  },
};
