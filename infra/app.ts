import { App } from 'aws-cdk-lib';
import { judge } from './library-judges.ts';
import { ordercast } from './ordercast.ts';
import { stageByName } from './settings/stages.ts';

/** `npx cdk synth -c stage=dev`; `-c image=<sha256:…>` names the image that the programs run, by digest or tag. */
const app = new App();
const image: unknown = app.node.tryGetContext('image');
ordercast(
  app,
  stageByName(app.node.tryGetContext('stage')),
  typeof image === 'string' ? image : 'unreleased',
);
judge(app);
