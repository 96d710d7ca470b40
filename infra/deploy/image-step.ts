import {
  DescribeImagesCommand,
  GetAuthorizationTokenCommand,
  ImageNotFoundException,
  RepositoryNotFoundException,
} from '@aws-sdk/client-ecr';
import { repositoryName } from '../stacks/images-stack.ts';
import type { AwsClients } from './aws-clients.ts';
import type { Deployment } from './deployment.ts';
import { placeOf } from './deployment.ts';
import { findImageTool } from './image-tool.ts';
import { outputOf } from './stack-state.ts';
import type { Step } from './step.ts';
import { EXIT, Stopped } from './stopped.ts';

/** `sha256:…` of a release's image; undefined where it was not pushed, or there is no repository yet. */
export async function imageDigest(
  { ecr }: Pick<AwsClients, 'ecr'>,
  { settings, release }: Pick<Deployment, 'settings' | 'release'>,
): Promise<string | undefined> {
  try {
    const { imageDetails = [] } = await ecr.send(
      new DescribeImagesCommand({
        repositoryName: repositoryName(settings),
        imageIds: [{ imageTag: release }],
      }),
    );
    return imageDetails[0]?.imageDigest;
  } catch (error) {
    if (error instanceof ImageNotFoundException || error instanceof RepositoryNotFoundException) {
      return undefined;
    }
    throw error;
  }
}

/** Builds and pushes the release's image, where it is not in the registry. */
export function imageStep(deployment: Deployment): Step {
  const { aws, release, root, say } = deployment;
  return {
    name: 'image',
    async done() {
      const digest = await imageDigest(aws, deployment);
      return digest === undefined ? undefined : `${release} is in the registry`;
    },
    async run() {
      const output = await outputOf(aws, placeOf(deployment, 'images'));
      const name = `${output('RepositoryUri')}:${release}`;
      const tool = await findImageTool(say);
      await tool.build(root, { name, commit: release });
      await tool.push(name, await signIn(aws, name));
      return `built by ${tool.name} and pushed as ${release}`;
    },
  };
}

async function signIn({ ecr }: AwsClients, name: string) {
  const { authorizationData = [] } = await ecr.send(new GetAuthorizationTokenCommand({}));
  const token = authorizationData[0]?.authorizationToken ?? '';
  const [user = '', password = ''] = Buffer.from(token, 'base64').toString().split(':');
  if (password === '')
    throw new Stopped(EXIT.failed, 'The registry gave no token to push with. Run this again.');
  const [host = ''] = name.split('/');
  return { host, user, password };
}
