import type { CloudEvent } from './frames.ts';

/** Stands where events were lost: reload through HTTP, then go on. */
export interface Reload {
  type: 'reload';
}
export type StreamItem<AppEvent extends CloudEvent = CloudEvent> = AppEvent | Reload;

/** Tells a reload from an event, whatever the event's own type is called. */
export function isReload(item: StreamItem): item is Reload {
  return !('source' in item);
}
