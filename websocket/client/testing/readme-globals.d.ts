import type { CloudEvent } from '@ordercast/client';

/** What the examples in the README take from the program around them. */
declare global {
  const config: { realtimeUrl: string };
  const session: { sub: string; accessToken(wish?: { fresh: boolean }): Promise<string> };
  const orders: { apply(event: CloudEvent): void; load(): Promise<void> };
  const warehouse: {
    isFull: boolean;
    handle(event: CloudEvent): Promise<void>;
    loadAll(): Promise<void>;
  };
}
