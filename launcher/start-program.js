import { spawn } from 'node:child_process';

const GET_NODE = 'install Node with npm from https://nodejs.org';
const NO_ROOM =
  'cannot be started, since the system has no room for another process: end other programs, or raise the limits ' +
  'that "ulimit -a" shows';

const CAUSES = {
  ENOENT: `is not there: ${GET_NODE}`,
  EACCES: `may not be run: look at its rights and those of the folders above it, or ${GET_NODE}`,
  ENOEXEC: `is no program for this system: ${GET_NODE}`,
  EAGAIN: NO_ROOM,
  EMFILE: NO_ROOM,
  ENFILE: NO_ROOM,
  ENOMEM: NO_ROOM,
  E2BIG:
    'cannot be started, since the command line or a variable of the environment is too long: shorten it',
};

/**
 * Spawns a program. Where it cannot be started, Node emits some errors and throws others: either way the message says in
 * a sentence what to do; `onFault` gets those that are emitted.
 */
export function startProgram(file, args, options, onFault) {
  try {
    return spawn(file, args, options).on('error', (error) => onFault(explained(error, file)));
  } catch (error) {
    throw explained(error, file);
  }
}

function explained(error, file) {
  const cause = CAUSES[error.code] ?? `cannot be started (${error.message}): mend that`;
  return new Error(`${file} ${cause}, then try again.`, { cause: error });
}
