import { EXIT, Stopped } from './stopped.ts';
import { runTool } from './tool.ts';

/** All three take the same words for what is done here. */
const TOOLS = ['docker', 'podman', 'buildah'] as const;
/** The tasks run on ARM. */
const PLATFORM = 'linux/arm64';

export interface ImageTool {
  name: string;
  /** Builds the image of this folder by its Dockerfile. Throws {@link Stopped}. */
  build: (root: string, image: { name: string; commit: string }) => Promise<void>;
  /** Throws {@link Stopped}. The password is never part of a command line. */
  push: (name: string, registry: { host: string; user: string; password: string }) => Promise<void>;
}

/** The first tool that is there and answers. Throws {@link Stopped} where none is. */
export async function findImageTool(say: (line: string) => void): Promise<ImageTool> {
  for (const name of TOOLS) {
    if (await answers(name)) return imageTool(name, say);
  }
  throw new Stopped(
    EXIT.usage,
    `The image must be built, and none of ${TOOLS.join(', ')} works here. Install Docker (https://docs.docker.com/get-docker/) and ` +
      'start it, or "apt-get install buildah", then run this again.',
  );
}

async function answers(name: string): Promise<boolean> {
  try {
    const { code } = await runTool(name, ['info'], { cwd: '.' });
    return code === 0;
  } catch (error) {
    if (error instanceof Stopped) return false;
    throw error;
  }
}

function imageTool(tool: string, say: (line: string) => void): ImageTool {
  const onLine = (line: string) => say(`    ${line}`);
  return {
    name: tool,
    async build(root, { name, commit }) {
      const args = [
        'build',
        '--platform',
        PLATFORM,
        '--build-arg',
        `COMMIT=${commit}`,
        '--tag',
        name,
        '.',
      ];
      const { code } = await runTool(tool, args, { cwd: root, onLine });
      if (code === 0) return;
      throw new Stopped(
        EXIT.failed,
        `${tool} could not build the image. Read the lines above, mend that, then run this again. ("exec format error" means ` +
          `that this machine cannot run programs of ${PLATFORM}: docker run --privileged --rm tonistiigi/binfmt --install arm64)`,
      );
    },
    async push(name, { host, user, password }) {
      const login = ['login', '--username', user, '--password-stdin', host];
      const options = { cwd: '.', onLine };
      const { code: refused } = await runTool(tool, login, { ...options, input: password });
      if (refused !== 0)
        throw new Stopped(
          EXIT.failed,
          `${tool} could not sign in to ${host}. Read the lines above.`,
        );
      try {
        const { code } = await runTool(tool, ['push', name], options);
        if (code === 0) return;
      } finally {
        await runTool(tool, ['logout', host], options);
      }
      throw new Stopped(
        EXIT.failed,
        `${tool} could not push ${name}. Read the lines above, then run this again.`,
      );
    },
  };
}
