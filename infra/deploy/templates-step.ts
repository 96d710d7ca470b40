import type { Assembly } from './assembly.ts';
import type { Deployment } from './deployment.ts';
import { imageDigest } from './image-step.ts';
import type { Step } from './step.ts';
import { EXIT, Stopped } from './stopped.ts';

/** What programs the templates name: an image by its digest, or by the tag that it will have. */
export interface Templates {
  image: string;
  /** Makes the templates for another image and looks again that nothing is lost. */
  make: (image: string) => Promise<Assembly>;
}

/** On a first deployment the image has no digest when the templates are made: they are made again with it. */
export function templatesStep(deployment: Deployment, { image, make }: Templates): Step {
  const digest = () => imageDigest(deployment.aws, deployment);
  return {
    name: 'templates that name the image by its digest',
    async done() {
      return (await digest()) === image ? 'made already' : undefined;
    },
    async run() {
      const pushed = await digest();
      if (pushed === undefined)
        throw new Stopped(EXIT.failed, 'The image is not in the registry. Run this again.');
      deployment.assembly = await make(pushed);
      return 'made';
    },
  };
}
