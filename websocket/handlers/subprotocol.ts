import { z } from 'zod';

/** The headers of a handshake, as the authorizer's event and `$connect`'s have them. */
export const handshakeHeadersSchema = z.object({
  headers: z.record(z.string(), z.string()).default({}),
  multiValueHeaders: z.record(z.string(), z.array(z.string())).nullish(),
});

/**
 * What a client offers in `Sec-WebSocket-Protocol`, in its order: in one line or in several (RFC 6455, section
 * 11.3.4), of which `headers` has the last alone.
 */
export function offeredSubprotocols({
  headers,
  multiValueHeaders,
}: z.infer<typeof handshakeHeadersSchema>): string[] {
  const lines: Record<string, string | string[]> = multiValueHeaders ?? headers;
  return Object.entries(lines)
    .filter(([name]) => name.toLowerCase() === 'sec-websocket-protocol')
    .flatMap(([, value]) => value)
    .flatMap((line) => line.split(','))
    .map((offer) => offer.trim())
    .filter((offer) => offer !== '');
}
