/** What the pages use of `@ordercast/client`'s realtime client. */
export interface LiveClient {
  readonly state: LiveClientState;
  onState(listener: (state: LiveClientState) => void): () => void;
  subscribe(channel: string, listener: LiveListener): LiveSubscription;
  close(): void;
}

export type LiveClientState = 'idle' | 'connecting' | 'connected' | 'waiting' | 'closed';

export interface LiveListener {
  onEvent(event: { readonly type: string; readonly data: unknown }): void;
  /** Events were lost for good: read everything again through HTTP. */
  onReload(): void;
}

export interface LiveSubscription {
  /** Resolves when the subscription stands, rejects where it was refused. */
  readonly ready: Promise<void>;
  unsubscribe(): void;
}
