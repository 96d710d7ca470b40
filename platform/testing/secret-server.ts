import { once } from 'node:events';
import { createServer } from 'node:http';
import { vi } from 'vitest';
import { portOf } from './port-of.ts';

/** Stands for AWS Secrets Manager; the SDK of this process is pointed to it until the environment is unstubbed. */
export interface SecretServer {
  /** The text of every secret; undefined: there is none. */
  secret: string | undefined;
  /** How often it was asked. */
  reads: number;
  /** While true, it takes questions and answers none. */
  isSilent: boolean;
  close: () => Promise<void>;
}

/** Starts one, on a port of its own. */
export async function startSecretServer(): Promise<SecretServer> {
  const server = createServer((_request, response) => {
    state.reads += 1;
    if (state.isSilent) return;
    response.setHeader('Content-Type', 'application/x-amz-json-1.1');
    if (state.secret === undefined) {
      response.statusCode = 400;
      response.end(JSON.stringify({ __type: 'ResourceNotFoundException' }));
    } else {
      response.end(JSON.stringify({ SecretString: state.secret }));
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  vi.stubEnv('AWS_ENDPOINT_URL_SECRETS_MANAGER', `http://127.0.0.1:${portOf(server)}`);
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'local');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'local');
  const state: SecretServer = {
    secret: undefined,
    reads: 0,
    isSilent: false,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return state;
}

/** A secret of RDS's shape for a server on this machine. */
export function rdsSecret(port: number, password: string): string {
  const shape = { engine: 'sqlserver', host: '127.0.0.1', port, username: 'app' };
  return JSON.stringify({ ...shape, password, dbname: 'shop' });
}
