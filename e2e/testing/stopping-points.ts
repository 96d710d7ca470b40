/** Where a relay can be stopped on an event's way from the outbox to its subscribers. */
export const STOPPING_POINTS = [
  'between commit and append',
  'before the append',
  'between append and head',
  'between head and fan-out',
  'between fan-out and complete',
  'before complete, everything published',
] as const;

export type StoppingPoint = (typeof STOPPING_POINTS)[number];
