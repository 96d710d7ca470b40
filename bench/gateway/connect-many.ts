import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import type { Socket } from 'node:net';

/** Handshakes under way at once. */
const AT_ONCE = 64;

/**
 * Opens WebSocket connections that then say nothing. It speaks the handshake itself: a whole client
 * would cost more than the server that is measured.
 */
export async function connectMany(port: number, count: number): Promise<Socket[]> {
  const sockets: Socket[] = [];
  let begun = 0;
  const work = async (): Promise<void> => {
    while (begun < count) {
      begun += 1;
      sockets.push(await open(port));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return sockets;
}

function open(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('error', reject);
    socket.once('data', (answer) => {
      if (!answer.toString('latin1').startsWith('HTTP/1.1 101 ')) {
        reject(new Error(`the handshake was refused: ${answer.toString('latin1')}`));
        return;
      }
      socket.off('error', reject).on('error', () => undefined);
      resolve(socket);
    });
    socket.write(handshake(port));
  });
}

function handshake(port: number): string {
  return [
    'GET /realtime HTTP/1.1',
    `Host: 127.0.0.1:${port}`,
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
    '\r\n',
  ].join('\r\n');
}
