import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Plugin, ProxyOptions } from 'vite';
import { z } from 'zod';

/** A page of the development server's own; any other is for the system to refuse. */
const OWN_ORIGIN = /^http:\/\/(localhost|127\.0\.0\.1|\[::1\]):\d+$/;

const configSchema = z.record(z.string(), z.string());

/**
 * While `vite` serves the page as it is edited, sends what the page calls to the system that `npm start` runs at an
 * origin. Pages of other origins are refused there, so to it this page comes from its own.
 */
export function laptopProxy(laptop: string): Plugin {
  if (!URL.canParse(laptop)) {
    throw new Error(`"${laptop}" is no origin. Write one such as http://localhost:8081.`);
  }
  const { origin } = new URL(laptop);
  const proxy: ProxyOptions = {
    target: origin,
    changeOrigin: true,
    ws: true,
    configure: (server) => {
      server.on('proxyReq', (onward, request) => {
        if (isOwn(request)) onward.setHeader('Origin', origin);
      });
      server.on('proxyReqWs', (onward, request) => {
        if (isOwn(request)) onward.setHeader('Origin', origin);
      });
    },
  };
  return {
    name: 'laptop-proxy',
    apply: 'serve',
    config: () => ({ server: { proxy: { '/api': proxy, '/cognito': proxy, '/realtime': proxy } } }),
    configureServer({ middlewares, config: { logger } }) {
      middlewares.use('/config.json', (request, response) => {
        void sendConfig(origin, request, response).catch(() => {
          const fault =
            `No Ordercast answers at ${origin}. Start it with npm start; one at another origin is named by ` +
            'ORDERCAST_ORIGIN=http://localhost:8081 npm --workspace web run dev.';
          logger.error(fault);
          response.writeHead(502, { 'Content-Type': 'text/plain' }).end(`${fault}\n`);
        });
      });
    },
  };
}

function isOwn({ headers: { origin, host } }: IncomingMessage): boolean {
  return origin === `http://${host}` && OWN_ORIGIN.test(origin);
}

/** The system's own, whose addresses are those of the development server. */
async function sendConfig(
  origin: string,
  { headers: { host = '' } }: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const config = configSchema.parse(await (await fetch(`${origin}/config.json`)).json());
  const entries = Object.entries(config).map(([name, value]) => [name, addressAt(host, value)]);
  response.setHeader('Content-Type', 'application/json');
  response.end(JSON.stringify(Object.fromEntries(entries)));
}

function addressAt(host: string, value: string): string {
  return value.replace(/^(http|ws):\/\/[^/]+/, `$1://${host}`);
}
