/**
 * Options of the Node.js that runs `task.ts`; sizes in MB. Left to itself V8 lets garbage lie as long as the machine has memory: an export then took
 * 350 MB after 150,000 rows, and more the longer it ran. See docs/reports.md for what was measured.
 */
export const TASK_NODE_OPTIONS = [
  '--optimize-for-size',
  '--max-semi-space-size=2',
  '--max-old-space-size=96',
] as const;
