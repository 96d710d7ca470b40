import { readFileSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import {
  CreateDeploymentCommand,
  GetJobCommand,
  ListJobsCommand,
  StartDeploymentCommand,
  StartJobCommand,
  StopJobCommand,
} from '@aws-sdk/client-amplify';
import type { JobStatus } from '@aws-sdk/client-amplify';
import { zipSync } from 'fflate';
import type { Deployment } from './deployment.ts';
import { placeOf } from './deployment.ts';
import { outputOf } from './stack-state.ts';
import type { Step } from './step.ts';
import { EXIT, Stopped } from './stopped.ts';

const POLL_MS = 5_000;
const AT_WORK: readonly JobStatus[] = ['CREATED', 'PENDING', 'PROVISIONING', 'RUNNING'];

/** The same files give the same archive. */
const ALWAYS = new Date(1980, 0, 1);

interface Branch {
  appId: string;
  branchName: string;
}

/** Puts the page that was built here on its branch, or has Amplify build it from the repository. It is done at each deployment. */
export function pageStep(deployment: Deployment): Step {
  const { aws, settings } = deployment;
  return {
    name: 'page',
    done: () => Promise.resolve(undefined),
    async run() {
      const output = await outputOf(aws, placeOf(deployment, 'web'));
      const branch = { appId: output('PageAppId'), branchName: output('PageBranch') };
      await endUnfinished(deployment, branch);
      const jobId =
        settings.page.kind === 'manual'
          ? await upload(deployment, branch, output('PageConfig'))
          : await build(deployment, branch);
      await published(deployment, branch, jobId);
      return `at ${output('PageUrl')}`;
    },
  };
}

/** Amplify takes nothing new while a job is unfinished, such as one whose files never came. */
async function endUnfinished({ aws }: Deployment, branch: Branch): Promise<void> {
  const { jobSummaries = [] } = await aws.amplify.send(new ListJobsCommand(branch));
  for (const { jobId, status } of jobSummaries) {
    if (status === undefined || !AT_WORK.includes(status)) continue;
    await aws.amplify.send(new StopJobCommand({ ...branch, jobId }));
  }
}

async function upload({ aws, root }: Deployment, branch: Branch, config: string): Promise<string> {
  const { jobId, zipUploadUrl } = await aws.amplify.send(new CreateDeploymentCommand(branch));
  if (jobId === undefined || zipUploadUrl === undefined) {
    throw new Stopped(EXIT.failed, 'Amplify named no place for the page. Run this again.');
  }
  const body = new Uint8Array(pageArchive(join(root, 'web', 'dist'), config));
  const response = await fetch(zipUploadUrl, { method: 'PUT', body });
  // The address holds a signature, so it is not told.
  if (!response.ok) {
    throw new Stopped(
      EXIT.failed,
      `Amplify's store did not take the page (${response.status}). Run this again.`,
    );
  }
  await aws.amplify.send(new StartDeploymentCommand({ ...branch, jobId }));
  return jobId;
}

async function build({ aws, release }: Deployment, branch: Branch): Promise<string> {
  const { jobSummary } = await aws.amplify.send(
    new StartJobCommand({ ...branch, jobType: 'RELEASE', commitId: release }),
  );
  return jobSummary?.jobId ?? '';
}

/** The files of the page without what the build notes for itself, and its `config.json`. */
export function pageArchive(folder: string, config: string): Uint8Array {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
    .map(({ parentPath, name }) => join(parentPath, name))
    .sort()
    .map((path): [string, Uint8Array] => [
      relative(folder, path).replaceAll('\\', '/'),
      readFileSync(path),
    ]);
  return zipSync(
    { ...Object.fromEntries(files), 'config.json': Buffer.from(config) },
    { mtime: ALWAYS },
  );
}

async function published({ aws, wait }: Deployment, branch: Branch, jobId: string): Promise<void> {
  for (;;) {
    const { job } = await aws.amplify.send(new GetJobCommand({ ...branch, jobId }));
    const status = job?.summary?.status;
    if (status === 'SUCCEED') return;
    if (status === undefined || !AT_WORK.includes(status)) {
      throw new Stopped(
        EXIT.failed,
        `Amplify did not publish the page: its job ${jobId} is ${status ?? 'gone'}. Its log stands in the console of Amplify, app ${branch.appId}. Then run this again.`,
      );
    }
    await wait(POLL_MS);
  }
}
