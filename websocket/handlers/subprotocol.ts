/** What a client offers in `Sec-WebSocket-Protocol`, in its order. */
export function offeredSubprotocols(headers: Record<string, string>): string[] {
  return Object.entries(headers)
    .filter(([name]) => name.toLowerCase() === 'sec-websocket-protocol')
    .flatMap(([, value]) => value.split(','))
    .map((offer) => offer.trim())
    .filter((offer) => offer !== '');
}
