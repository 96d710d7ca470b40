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
export interface EventQueue extends AsyncIterableIterator<StreamItem, undefined> {
  push(item: StreamItem): void;
  /** Events were lost: what is queued is part of what a reload brings. */
  reload(): void;
  /** No more will come; what is queued is still handed out, then the end, or the error once. */
  end(error?: Error): void;
}

/** `onReturn` is called once, when the consumer leaves its loop. */
export function createEventQueue(maxItems: number, onReturn: () => void): EventQueue {
  const takers: Taker[] = [];
  let items: StreamItem[] = [];
  let ended = false;
  let failure: Error | undefined;

  const finish = ({ resolve, reject }: Taker): void => {
    const error = failure;
    failure = undefined;
    if (error) reject(error);
    else resolve({ done: true, value: undefined });
  };

  const queue: EventQueue = {
    push(item) {
      if (ended) return;
      const taker = takers.shift();
      if (taker) taker.resolve({ done: false, value: item });
      else if (items.length >= maxItems) queue.reload();
      else items.push(item);
    },
    reload() {
      items = [];
      queue.push({ type: 'reload' });
    },
    end(error) {
      if (ended) return;
      ended = true;
      failure = error;
      takers.splice(0).forEach(finish);
    },
    next: () =>
      new Promise((resolve, reject) => {
        const value = items.shift();
        if (value) resolve({ done: false, value });
        else if (ended) finish({ resolve, reject });
        else takers.push({ resolve, reject });
      }),
    return() {
      items = [];
      if (!ended) {
        queue.end();
        onReturn();
      }
      return Promise.resolve({ done: true, value: undefined });
    },
    [Symbol.asyncIterator]: () => queue,
  };
  return queue;
}
