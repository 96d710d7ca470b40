import type { CloudEvent } from './frames.ts';

/** Stands where events were lost: reload through HTTP, then go on. */
export interface Reload {
  type: 'reload';
}
export type StreamItem = CloudEvent | Reload;

/** Tells a reload from an event, whatever the event's own type is called. */
export function isReload(item: StreamItem): item is Reload {
  return !('specversion' in item);
}

interface Taker {
  resolve: (result: IteratorResult<StreamItem, undefined>) => void;
  reject: (error: Error) => void;
}

/**
 * The bounded queue behind `events(channel)`. A consumer that falls more than `maxItems` behind loses
 * what is queued and finds one `{type: 'reload'}` in its place, then what came after it.
 */
export class EventQueue implements AsyncIterableIterator<StreamItem, undefined> {
  readonly #maxItems: number;
  readonly #onReturn: () => void;
  readonly #takers: Taker[] = [];
  #items: StreamItem[] = [];
  #ended = false;
  #error: Error | undefined;

  /** `onReturn` is called once, when the consumer leaves its loop. */
  constructor(maxItems: number, onReturn: () => void) {
    this.#maxItems = maxItems;
    this.#onReturn = onReturn;
  }

  push(item: StreamItem): void {
    if (this.#ended) return;
    const taker = this.#takers.shift();
    if (taker !== undefined) {
      taker.resolve({ done: false, value: item });
      return;
    }
    if (this.#items.length >= this.#maxItems) this.reload();
    else this.#items.push(item);
  }

  /** Events were lost: what is queued is part of what a reload brings. */
  reload(): void {
    this.#items = [];
    this.push({ type: 'reload' });
  }

  /** No more will come; what is queued is still handed out, then the end, or the error once. */
  end(error?: Error): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#error = error;
    for (const taker of this.#takers.splice(0)) this.#finish(taker);
  }

  next(): Promise<IteratorResult<StreamItem, undefined>> {
    return new Promise((resolve, reject) => {
      const item = this.#items.shift();
      if (item !== undefined) resolve({ done: false, value: item });
      else if (this.#ended) this.#finish({ resolve, reject });
      else this.#takers.push({ resolve, reject });
    });
  }

  return(): Promise<IteratorResult<StreamItem, undefined>> {
    this.#items = [];
    if (!this.#ended) {
      this.end();
      this.#onReturn();
    }
    return Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #finish({ resolve, reject }: Taker): void {
    const error = this.#error;
    this.#error = undefined;
    if (error === undefined) resolve({ done: true, value: undefined });
    else reject(error);
  }
}
