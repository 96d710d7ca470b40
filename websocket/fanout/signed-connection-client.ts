import type { ApiGatewayManagementApiClientConfig } from '@aws-sdk/client-apigatewaymanagementapi';
import { defaultProvider } from '@aws-sdk/credential-provider-node';
import { Sha256 } from '@smithy/core/checksum';
import { SignatureV4 } from '@smithy/signature-v4';
import type { Logger } from 'pino';
import { Agent } from 'undici';
import type { ConnectionClient, PostResult } from './connection-client.ts';

export interface SignedConnectionClientOptions {
  region: string;
  /** The SDK's own chain unless given; a stand-in takes any. */
  credentials?: ApiGatewayManagementApiClientConfig['credentials'] | undefined;
  /** Sockets kept alive to each endpoint; the SDK's own 50 would queue the rest without a bound. */
  maxSockets: number;
  logger: Pick<Logger, 'warn'>;
}

/**
 * `@connections` without the SDK's client, whose middleware and sockets cost more than twice the CPU
 * of a post: one signer that keeps its key of the day, and kept-alive sockets. See docs/adr/0012.
 */
export class SignedConnectionClient implements ConnectionClient {
  readonly #signer: SignatureV4;
  readonly #agent: Agent;
  readonly #endpoints = new Map<string, Endpoint>();
  readonly #logger: Pick<Logger, 'warn'>;

  constructor({ region, credentials, maxSockets, logger }: SignedConnectionClientOptions) {
    this.#signer = new SignatureV4({
      service: 'execute-api',
      region,
      credentials: credentials ?? defaultProvider(),
      sha256: Sha256,
    });
    // HTTP/2, which undici would choose with TLS, puts all on one socket: who is slow delays the others.
    this.#agent = new Agent({ connections: maxSockets, pipelining: 1, allowH2: false });
    this.#logger = logger;
  }

  post(
    endpoint: string,
    connectionId: string,
    data: string,
    signal: AbortSignal,
  ): Promise<PostResult> {
    return this.#call('POST', endpoint, connectionId, data, signal);
  }

  close(endpoint: string, connectionId: string, signal: AbortSignal): Promise<PostResult> {
    return this.#call('DELETE', endpoint, connectionId, undefined, signal);
  }

  /** Ends the kept-alive sockets, and what is under way on them. */
  destroy(): void {
    void this.#agent.destroy();
  }

  async #call(
    method: 'POST' | 'DELETE',
    endpoint: string,
    connectionId: string,
    body: string | undefined,
    signal: AbortSignal,
  ): Promise<PostResult> {
    try {
      const { origin, protocol, host, hostname, base } = this.#endpoint(endpoint);
      const path = `${base}/@connections/${encodeURIComponent(connectionId)}`;
      const { headers } = await this.#signer.sign({
        method,
        protocol,
        hostname,
        path,
        query: {},
        headers: {
          host,
          ...(body !== undefined && { 'content-type': 'application/octet-stream' }),
        },
        body,
      });
      const { statusCode, body: answer } = await this.#agent.request({
        origin,
        method,
        path,
        headers,
        body: body ?? null,
        signal,
      });
      await answer.dump();
      if (statusCode < 300) return 'delivered';
      if (statusCode === 410) return 'gone';
      if (statusCode === 429) return 'throttled';
      this.#logger.warn({ statusCode, connectionId }, 'post to connection failed');
    } catch (error) {
      this.#logger.warn({ err: error, connectionId }, 'post to connection failed');
    }
    return 'failed';
  }

  #endpoint(text: string): Endpoint {
    const known = this.#endpoints.get(text);
    if (known !== undefined) return known;
    const { origin, protocol, host, hostname, pathname } = new URL(text);
    const endpoint = { origin, protocol, host, hostname, base: pathname.replace(/\/$/, '') };
    this.#endpoints.set(text, endpoint);
    return endpoint;
  }
}

interface Endpoint extends Pick<URL, 'origin' | 'protocol' | 'host' | 'hostname'> {
  /** The stage with its slash before, or nothing where a domain of its own stands for it. */
  base: string;
}
