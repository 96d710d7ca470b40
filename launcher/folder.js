import { accessSync, constants } from 'node:fs';
import { sep } from 'node:path';

/**
 * `#` and `?` end a path for the tools that build the page, and Node replaces `*` where it looks up modules
 * and strips no types below `node_modules`.
 */
const UNREADABLE = /[#?*]/;

/** Throws where the project lies in a folder from which it cannot be run. */
export function mustBeReadable(root) {
  const [character] = UNREADABLE.exec(root) ?? [];
  const isBelowModules = root.split(sep).includes('node_modules');
  if (character === undefined && !isBelowModules) return;
  const fault = isBelowModules ? 'a folder called node_modules' : `a "${character}"`;
  throw new Error(
    `Ordercast cannot run in ${root}: ${fault} in the path is more than Node, npm and Vite can take. Rename ` +
      'that folder, or clone Ordercast to another; its data may lie anywhere (npm start -- --data <folder>).',
  );
}

/** Throws where files must be made in `folder` and this user may not; `command` is what its owner can run. */
export function mustBeWritable(folder, command) {
  try {
    accessSync(folder, constants.W_OK);
  } catch {
    throw new Error(
      `You may not write to ${folder}, which this command must. Have its owner run "${command}", or clone ` +
        'Ordercast to a folder of your own.',
    );
  }
}
