import {
  ApiGatewayV2Client,
  GetIntegrationsCommand,
  UpdateIntegrationCommand,
} from '@aws-sdk/client-apigatewayv2';
import type { Integration } from '@aws-sdk/client-apigatewayv2';
import { GATEWAY_SECRET_HEADER } from '../http/gateway-headers.ts';
import { AwsCallFailed } from './aws-call-failed.ts';

/** The parameter mapping by which an integration tells the API that a request came through the gateway. */
export const GATEWAY_HEADER_KEY = `overwrite:header.${GATEWAY_SECRET_HEADER}`;

export interface SecretHeader {
  integrationId: string;
  /** What the gateway sends. */
  value: string;
  /** All parameter mappings of the integration, this one included. */
  parameters: Readonly<Record<string, string>>;
}

/** The header with the gateway's secret, in each integration of one HTTP API that has it. Throws `AwsCallFailed`. */
export interface GatewayHeader {
  read: () => Promise<SecretHeader[]>;
  write: (header: SecretHeader, value: string) => Promise<void>;
  close: () => void;
}

/** `AWS_ENDPOINT_URL_APIGATEWAYV2` names another server of its kind. */
export function createGatewayHeader(region: string, ApiId: string): GatewayHeader {
  const client = new ApiGatewayV2Client({ region });
  const readAll = async (): Promise<Integration[]> => {
    const all: Integration[] = [];
    let NextToken: string | undefined;
    do {
      const page = await client.send(
        new GetIntegrationsCommand({ ApiId, ...(NextToken !== undefined && { NextToken }) }),
      );
      all.push(...(page.Items ?? []));
      NextToken = page.NextToken;
    } while (NextToken !== undefined);
    return all;
  };
  return {
    read: async () => {
      try {
        return (await readAll()).flatMap(toHeader);
      } catch (error) {
        throw new AwsCallFailed('apigateway:GET (GetIntegrations)', ApiId, error);
      }
    },
    write: async ({ integrationId, parameters }, value) => {
      // API Gateway keeps a mapping that is not named; a server that replaces them all keeps them, too.
      const RequestParameters = { ...parameters, [GATEWAY_HEADER_KEY]: value };
      try {
        await client.send(
          new UpdateIntegrationCommand({ ApiId, IntegrationId: integrationId, RequestParameters }),
        );
      } catch (error) {
        const target = `integration ${integrationId} of ${ApiId}`;
        throw new AwsCallFailed('apigateway:PATCH (UpdateIntegration)', target, error);
      }
    },
    close: () => client.destroy(),
  };
}

function toHeader({ IntegrationId, RequestParameters }: Integration): SecretHeader[] {
  const value = RequestParameters?.[GATEWAY_HEADER_KEY];
  if (IntegrationId === undefined || value === undefined) return [];
  return [{ integrationId: IntegrationId, value, parameters: { ...RequestParameters } }];
}
