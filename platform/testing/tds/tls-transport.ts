import { Duplex } from 'node:stream';
import type { Socket } from 'node:net';
import { HEADER_BYTES, PACKET, toPackets } from './packets.ts';

/**
 * The stream below TLS. SQL Server's handshake travels inside PRELOGIN packets; what comes after it
 * is TLS as it is. The client speaks first after the handshake, so its first bare record tells.
 */
export function tlsTransport(socket: Socket): Duplex {
  let isWrapped = true;
  let pending = Buffer.alloc(0);
  const transport = new Duplex({
    read: () => undefined,
    write: (chunk: Buffer, _encoding, done) => {
      socket.write(isWrapped ? toPackets(PACKET.preLogin, chunk) : chunk, () => done());
    },
    final: (done) => socket.end(done),
    destroy: (error, done) => {
      socket.destroy();
      done(error);
    },
  });
  socket.on('data', (chunk: Buffer) => {
    if (!isWrapped) {
      transport.push(chunk);
      return;
    }
    pending = Buffer.concat([pending, chunk]);
    while (pending.length >= HEADER_BYTES) {
      if (pending.readUInt8(0) !== PACKET.preLogin) {
        isWrapped = false;
        transport.push(pending);
        return;
      }
      const length = pending.readUInt16BE(2);
      if (pending.length < length) return;
      transport.push(pending.subarray(HEADER_BYTES, length));
      pending = pending.subarray(length);
    }
  });
  socket.on('close', () => transport.push(null));
  return transport;
}
