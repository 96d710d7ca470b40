import type { Duration } from 'aws-cdk-lib';
import {
  HttpIntegrationType,
  HttpRouteIntegration,
  PayloadFormatVersion,
} from 'aws-cdk-lib/aws-apigatewayv2';
import type { HttpRouteIntegrationConfig } from 'aws-cdk-lib/aws-apigatewayv2';

/**
 * A function of a later stack behind a route of an HTTP API. Routes, their authorizer and their limits thus stand together, where the
 * API's stage is; who makes the function lets the API call it. Until then a call is answered with 500.
 */
export class FunctionByName extends HttpRouteIntegration {
  readonly #arn: string;
  readonly #timeout: Duration;

  constructor(id: string, arn: string, timeout: Duration) {
    super(id);
    this.#arn = arn;
    this.#timeout = timeout;
  }

  bind(): HttpRouteIntegrationConfig {
    return {
      type: HttpIntegrationType.AWS_PROXY,
      uri: this.#arn,
      payloadFormatVersion: PayloadFormatVersion.VERSION_2_0,
      timeout: this.#timeout,
    };
  }
}
