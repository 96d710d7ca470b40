import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/**
 * Calls `onGone` when the npm that runs this script has ended. npm passes SIGTERM and Ctrl-C on,
 * but kill -9 gives it no chance to, and the system must not outlive the command that started it.
 */
export function watchNpm(onGone) {
  if (process.env.npm_lifecycle_event === undefined) return;
  const npm = npmPid();
  setInterval(() => {
    if (!isAlive(npm)) onGone();
  }, 500).unref();
}

/** npm runs a script through a shell, which stays in between unless it replaces itself. */
function npmPid() {
  const parent = describe(process.ppid);
  return parent?.command.includes('launcher/launch.js') ? parent.ppid : process.ppid;
}

function describe(pid) {
  try {
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
    const [, ppid] = /^PPid:\s*(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return ppid === undefined ? undefined : { ppid: Number(ppid), command };
  } catch {
    const ps = spawnSync('ps', ['-o', 'ppid=,args=', '-p', String(pid)], { encoding: 'utf8' });
    const [, ppid, command] = /^\s*(\d+)\s+(.*)/.exec(ps.stdout ?? '') ?? [];
    return ppid === undefined ? undefined : { ppid: Number(ppid), command };
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
