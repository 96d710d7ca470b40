import { execFileSync, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

export interface MotoServer {
  /** Where it listens, for every service of AWS. */
  endpoint: string;
  close: () => Promise<void>;
}

/** Whether moto's server (docs.getmoto.org) is installed: a stand-in for AWS that nobody here wrote. */
export function hasMoto(): boolean {
  try {
    execFileSync('moto_server', ['--help'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** Starts it on a port of its own, with nothing in it but the policies that AWS manages. */
export async function startMotoServer(): Promise<MotoServer> {
  const child = spawn('moto_server', ['-H', '127.0.0.1', '-p', '0'], {
    env: { ...process.env, MOTO_IAM_LOAD_MANAGED_POLICIES: 'true' },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const endpoint = await new Promise<string>((resolve, reject) => {
    child.once('exit', () => reject(new Error('moto_server ended before it listened.')));
    createInterface({ input: child.stderr }).on('line', (line) => {
      const [url] = /http:\/\/127\.0\.0\.1:\d+/.exec(line) ?? [];
      if (url !== undefined) resolve(url);
    });
  });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  return {
    endpoint,
    close: async () => {
      child.kill();
      await ended;
    },
  };
}
