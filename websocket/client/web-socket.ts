/** What the library needs of a WebSocket: the browser's, Node's and that of `ws` all fit. */
export interface WebSocketLike {
  /** The subprotocol that the server chose. */
  readonly protocol: string;
  addEventListener(type: 'open' | 'error', listener: () => void): void;
  addEventListener(type: 'message', listener: (event: { data: unknown }) => void): void;
  addEventListener(type: 'close', listener: (event: { code: number }) => void): void;
  send(data: string): void;
  close(code?: number): void;
}

export type WebSocketConstructor = new (url: string, protocols: string[]) => WebSocketLike;
