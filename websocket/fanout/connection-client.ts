/** `gone`: never again; `throttled`: later; `failed`: anything else, the deadline too. */
export type PostResult = 'delivered' | 'gone' | 'throttled' | 'failed';

/** The API that holds the connections: API Gateway's `@connections`, or a stand-in for it. */
export interface ConnectionClient {
  /** Sends one text frame. Never rejects. */
  post(
    endpoint: string,
    connectionId: string,
    data: string,
    signal: AbortSignal,
  ): Promise<PostResult>;

  /** Ends a connection; `gone` where there was none. Never rejects. */
  close(endpoint: string, connectionId: string, signal: AbortSignal): Promise<PostResult>;
}
