import type { Channel, Listener, Place } from './channel.ts';
import { ClientClosedError } from './errors.ts';
import type { StreamItem } from './stream-item.ts';

/**
 * The bounded queue behind `events(channel)`: a listener of the channel, and the iterator that hands
 * out what it hears. A consumer that falls more than `maxItems` behind loses what is queued and finds
 * one `{type: 'reload'}` in its place, then what came after it. An item counts as handled when the
 * consumer comes back for another, or leaves. `channel` is asked for only then.
 */
export function createEventQueue(
  maxItems: number,
  channel: () => Pick<Channel, 'save' | 'remove'> | undefined,
): { listener: Listener; iterator: AsyncIterableIterator<StreamItem, undefined> } {
  let items: { value: StreamItem; place: Place }[] = [];
  let inHand: Place | undefined;
  let ended = false;
  let failure: Error | undefined;
  let wake = (): void => undefined;

  const handOut = async function* (): AsyncGenerator<StreamItem, undefined> {
    while (!ended) {
      const item = items.shift();
      if (item) {
        inHand ??= item.place;
        yield item.value;
      } else await new Promise<void>((resolve) => (wake = resolve));
    }
    if (failure) throw failure;
  };
  const handedOut = handOut();

  const listener: Listener = {
    get unhandled() {
      return inHand ?? items[0]?.place;
    },
    onEvent(value, place) {
      if (items.length >= maxItems) listener.onReload(place);
      else items.push({ value, place });
      wake();
    },
    onReload(place) {
      items = [{ value: { type: 'reload' }, place: items[0]?.place ?? place }];
      wake();
    },
    onEnd(error) {
      ended = true;
      if (!(error instanceof ClientClosedError)) failure = error;
      wake();
    },
  };

  const iterator: AsyncIterableIterator<StreamItem, undefined> = {
    next() {
      inHand = undefined;
      channel()?.save();
      return handedOut.next();
    },
    return() {
      inHand = undefined;
      // It would wait for the next() that waits for an event.
      ended = true;
      failure = undefined;
      wake();
      channel()?.remove(listener);
      return handedOut.return(undefined);
    },
    [Symbol.asyncIterator]: () => iterator,
  };
  return { listener, iterator };
}
