import {
  ApiGatewayManagementApiClient,
  ApiGatewayManagementApiServiceException,
  DeleteConnectionCommand,
  GoneException,
  LimitExceededException,
  PostToConnectionCommand,
} from '@aws-sdk/client-apigatewaymanagementapi';
import type { ConnectionClient, PostResult } from './connection-client.ts';
import type { SignedConnectionClientOptions } from './signed-connection-client.ts';

/**
 * `@connections` through the AWS SDK's client, one an endpoint, without retries of its own. It is what
 * {@link SignedConnectionClient} is held against, by the suite of both and by `npm run bench`.
 */
export class SdkConnectionClient implements ConnectionClient {
  readonly #options: SignedConnectionClientOptions;
  readonly #clients = new Map<string, ApiGatewayManagementApiClient>();

  constructor(options: SignedConnectionClientOptions) {
    this.#options = options;
  }

  post(
    endpoint: string,
    connectionId: string,
    data: string,
    signal: AbortSignal,
  ): Promise<PostResult> {
    const command = new PostToConnectionCommand({ ConnectionId: connectionId, Data: data });
    return this.#resultOf(connectionId, () =>
      this.#client(endpoint).send(command, { abortSignal: signal }),
    );
  }

  close(endpoint: string, connectionId: string, signal: AbortSignal): Promise<PostResult> {
    const command = new DeleteConnectionCommand({ ConnectionId: connectionId });
    return this.#resultOf(connectionId, () =>
      this.#client(endpoint).send(command, { abortSignal: signal }),
    );
  }

  /** Ends the kept-alive sockets. */
  destroy(): void {
    for (const client of this.#clients.values()) client.destroy();
    this.#clients.clear();
  }

  #client(endpoint: string): ApiGatewayManagementApiClient {
    const known = this.#clients.get(endpoint);
    if (known !== undefined) return known;
    const { region, credentials, maxSockets } = this.#options;
    const agent = { keepAlive: true, maxSockets };
    const client = new ApiGatewayManagementApiClient({
      endpoint,
      region,
      maxAttempts: 1,
      requestHandler: { httpAgent: agent, httpsAgent: agent },
      ...(credentials && { credentials }),
    });
    this.#clients.set(endpoint, client);
    return client;
  }

  async #resultOf(connectionId: string, send: () => Promise<unknown>): Promise<PostResult> {
    try {
      await send();
      return 'delivered';
    } catch (error) {
      if (error instanceof GoneException) return 'gone';
      if (error instanceof LimitExceededException || statusOf(error) === 429) return 'throttled';
      this.#options.logger.warn({ err: error, connectionId }, 'post to connection failed');
      return 'failed';
    }
  }
}

function statusOf(error: unknown): number | undefined {
  return error instanceof ApiGatewayManagementApiServiceException
    ? error.$metadata.httpStatusCode
    : undefined;
}
