import { once } from 'node:events';
import { createServer } from 'node:http';
import { ApiGatewayManagementApiClient } from '@aws-sdk/client-apigatewaymanagementapi';
import { portOf } from '@ordercast/platform/testing/port-of.ts';
import { onTestFinished } from 'vitest';
import { WebSocket, type ClientOptions } from 'ws';
import {
  createWebSocketGateway,
  type GatewayOptions,
  type WebSocketGateway,
} from '../websocket-gateway.ts';

export interface RunningGateway {
  gateway: WebSocketGateway;
  port: number;
  /** `ws://127.0.0.1:<port>/realtime` */
  url: string;
  /** The callback endpoint, for `@connections`. */
  endpoint: string;
  /** What the gateway logged as failures. */
  failures: unknown[];
  client: ApiGatewayManagementApiClient;
}

/** A gateway on a real server and a free port, until the test that asked for it ends. */
export async function startGateway(options: Partial<GatewayOptions> = {}): Promise<RunningGateway> {
  const failures: unknown[] = [];
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const port = portOf(server);
  const gateway = createWebSocketGateway({
    stage: 'realtime',
    domainName: `127.0.0.1:${port}`,
    routes: {},
    log: {
      info: () => undefined,
      warn: () => undefined,
      error: (...entry: unknown[]) => void failures.push(entry),
    },
    closeTimeoutMs: 1_000,
    ...options,
  });
  server.on('upgrade', (request, socket, head) => gateway.handleUpgrade(request, socket, head));
  server.on('request', (request, response) => {
    if (!gateway.handleRequest(request, response)) response.writeHead(404).end();
  });
  const endpoint = `http://127.0.0.1:${port}/realtime`;
  const client = new ApiGatewayManagementApiClient({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'any', secretAccessKey: 'any' },
    maxAttempts: 1,
  });
  onTestFinished(async () => {
    client.destroy();
    await gateway.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return { gateway, port, url: `ws://127.0.0.1:${port}/realtime`, endpoint, failures, client };
}

/** A client of `ws` that keeps what it receives, so that no message comes before its listener. */
export class TestClient {
  readonly socket: WebSocket;
  readonly messages: string[] = [];
  /** The close code and reason, once it is closed. */
  readonly closed: Promise<{ code: number; reason: string }>;
  #arrived: (() => void)[] = [];

  constructor(url: string, protocols: string[] = [], options: ClientOptions = {}) {
    this.socket = new WebSocket(url, protocols, options);
    this.socket.on('message', (data, isBinary) => {
      this.messages.push(isBinary ? 'binary!' : textOf(data));
      for (const resolve of this.#arrived.splice(0)) resolve();
    });
    this.closed = new Promise((resolve) => {
      this.socket.on('close', (code, reason) => resolve({ code, reason: reason.toString() }));
    });
    this.socket.on('error', () => undefined);
  }

  static async open(url: string, protocols?: string[], options?: ClientOptions) {
    const client = new TestClient(url, protocols, options);
    await once(client.socket, 'open');
    return client;
  }

  /** The message at `index`, once it is there. */
  async message(index = 0): Promise<string> {
    for (;;) {
      const message = this.messages[index];
      if (message !== undefined) return message;
      await new Promise<void>((resolve) => this.#arrived.push(resolve));
    }
  }
}

/** The status and body with which a handshake is refused. */
export async function refusal(
  url: string,
  protocols: string[] = [],
  options: ClientOptions = {},
): Promise<{ status: number; errorType: string | undefined; body: string }> {
  const socket = new WebSocket(url, protocols, options);
  return new Promise((resolve, reject) => {
    socket.on('open', () => reject(new Error('the handshake was not refused')));
    socket.on('error', reject);
    socket.on('unexpected-response', (_request, response) => {
      const errorType = response.headers['x-amzn-errortype']?.toString();
      let body = '';
      response.setEncoding('utf8').on('data', (text: string) => (body += text));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, errorType, body }));
    });
  });
}

function textOf(data: Buffer | ArrayBuffer | Buffer[]): string {
  if (Array.isArray(data)) return Buffer.concat(data).toString();
  return Buffer.isBuffer(data) ? data.toString() : Buffer.from(data).toString();
}
