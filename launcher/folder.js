import { accessSync, constants } from 'node:fs';

/** What module specifiers and the tools that read them take for the end of a path. */
const UNREADABLE = /[#?]/;

/** Throws where the project lies in a folder that no tool can read its files from. */
export function mustBeReadable(root) {
  if (!UNREADABLE.test(root)) return;
  throw new Error(
    `Ordercast cannot run in ${root}: a "#" or "?" in a path ends it for the tools that build the page. ` +
      'Rename the folder, or clone Ordercast to another; its data may lie anywhere (npm start -- --data <folder>).',
  );
}

/** Throws where files must be made in `folder` and this user may not; `command` is what its owner can run. */
export function mustBeWritable(folder, command) {
  try {
    accessSync(folder, constants.W_OK);
  } catch {
    throw new Error(
      `You may not write to ${folder}, and something must be installed or built there. Have its owner ` +
        `run "${command}" once, or clone Ordercast to a folder of your own.`,
    );
  }
}
