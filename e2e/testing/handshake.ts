import { WebSocket } from 'ws';

/** The HTTP status of a handshake: 101 where the socket opened. */
export function handshakeStatus(
  url: string,
  accessToken: string | undefined,
  headers: Record<string, string> = {},
): Promise<number> {
  const protocols = accessToken === undefined ? [] : [`bearer.${accessToken}`];
  const socket = new WebSocket(url, ['ordercast.v1', ...protocols], { headers });
  return new Promise((resolve, reject) => {
    socket.on('open', () => {
      resolve(101);
      socket.terminate();
    });
    socket.on('unexpected-response', (request, response) => {
      resolve(response.statusCode ?? 0);
      request.destroy();
    });
    socket.on('error', reject);
  });
}
