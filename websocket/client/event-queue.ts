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

/** To be called once what it came with has been handled. */
export type Handled = () => void;

/**
 * The bounded queue behind `events(channel)`. A consumer that falls more than `maxItems` behind loses
 * what is queued and finds one `{type: 'reload'}` in its place, then what came after it. An item
 * counts as handled when the consumer comes back for another, or leaves.
 */
export interface EventQueue extends AsyncIterableIterator<StreamItem, undefined> {
  push(value: StreamItem, handled: Handled): void;
  /** Events were lost: what is queued is part of what a reload brings. */
  reload(handled: Handled): void;
  /** Nothing more is handed out: the iterator ends, or throws the error once. */
  end(error?: Error): void;
}

/** `onReturn` is called when the consumer leaves, its last item handled. */
export function createEventQueue(maxItems: number, onReturn: () => void): EventQueue {
  let items: { value: StreamItem; handled: Handled }[] = [];
  let ended = false;
  let failure: Error | undefined;
  let wake = (): void => undefined;

  const handOut = async function* (): AsyncGenerator<StreamItem, undefined> {
    for (;;) {
      const item = items.shift();
      if (item) {
        try {
          yield item.value;
        } finally {
          item.handled();
        }
      } else if (failure) throw failure;
      else if (ended) return;
      else await new Promise<void>((resolve) => (wake = resolve));
    }
  };
  const iterator = handOut();

  const queue: EventQueue = {
    push(value, handled) {
      if (items.length >= maxItems) queue.reload(handled);
      else if (!ended) items.push({ value, handled });
      wake();
    },
    reload(handled) {
      const replaced = items;
      items = [];
      queue.push({ type: 'reload' }, () => {
        replaced.forEach((item) => item.handled());
        handled();
      });
    },
    end(error) {
      ended = true;
      failure = error;
      items = [];
      wake();
    },
    next: () => iterator.next(),
    // Without the end, it would wait for the next() that waits for an event.
    return() {
      queue.end();
      return iterator.return(undefined).finally(onReturn);
    },
    [Symbol.asyncIterator]: () => queue,
  };
  return queue;
}
