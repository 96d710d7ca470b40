import type { App } from 'aws-cdk-lib';
import { Repository, TagMutability, TagStatus } from 'aws-cdk-lib/aws-ecr';
import { dataRemoval } from '../constructs/data-removal.ts';
import { StageStack } from '../constructs/stage-stack.ts';
import type { StageSettings } from '../settings/stage-settings.ts';

const IMAGES_KEPT = 20;

/** Where the image is pushed to: before all others, so that they can name it by its digest. */
export class ImagesStack extends StageStack {
  readonly repository: Repository;

  constructor(app: App, settings: StageSettings) {
    super(app, 'images', { settings, description: "Ordercast: the image's repository" });
    this.repository = new Repository(this, 'Image', {
      repositoryName: repositoryName(settings),
      imageScanOnPush: true,
      // A tag is a commit: what was tested is what runs, whenever a task starts.
      imageTagMutability: TagMutability.IMMUTABLE,
      lifecycleRules: [
        {
          description: 'Leftovers',
          tagStatus: TagStatus.UNTAGGED,
          maxImageCount: 1,
          rulePriority: 1,
        },
        {
          description: 'To roll back to',
          tagStatus: TagStatus.ANY,
          maxImageCount: IMAGES_KEPT,
          rulePriority: 2,
        },
      ],
      removalPolicy: dataRemoval(settings),
      emptyOnDelete: settings.data === 'delete',
    });
    this.output('RepositoryUri', this.repository.repositoryUri, 'Where the image is pushed to');
  }
}

export function repositoryName({ stage }: StageSettings): string {
  return `ordercast-${stage}`;
}
