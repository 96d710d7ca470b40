import { createHash } from 'node:crypto';
import { z } from 'zod';
import { Refusal, ScriptedAws } from './scripted-aws.ts';
import type { Answer, Service } from './scripted-aws.ts';
import { ScriptedCloudFormation } from './scripted-cloudformation.ts';
import { ScriptedEcs } from './scripted-ecs.ts';
import type { RunScript } from './scripted-ecs.ts';
import { refOf } from '../template-reference.ts';
import { templateSchema } from '../assembly.ts';
import { xml } from './xml.ts';

export const ACCOUNT = '123456789012';
/** What a toolkit of today says of itself. */
const TOOLKIT_VERSION = '30';

interface Options {
  /** Where a Cognito listens, and the id of its pool. */
  cognito: { endpoint: string; poolId: string };
  script: RunScript;
}

/** An account in which `dev` can be deployed: CloudFormation, ECS, ECR, Amplify and what they need, kept in memory. */
export class ScriptedAccount {
  readonly aws: ScriptedAws;
  readonly cloudFormation: ScriptedCloudFormation;
  readonly ecs: ScriptedEcs;
  /** Digests by tags. */
  readonly images = new Map<string, string>();
  /** Jobs of Amplify, oldest first. */
  readonly jobs: { id: string; status: string }[] = [];
  /** Pages as they were uploaded, by the job's id. */
  readonly pages = new Map<string, Buffer>();
  /** Objects of S3, by `/<bucket>/<key>`. */
  readonly objects = new Map<string, Buffer>();
  /** Milliseconds since 1970; a second later at each look. */
  #now = Date.UTC(2026, 10, 1);
  #url = '';

  constructor({ cognito, script }: Options) {
    this.cloudFormation = new ScriptedCloudFormation({
      account: ACCOUNT,
      outputs: {
        PageUrl: 'https://page.example.org',
        RepositoryUri: `${ACCOUNT}.dkr.ecr.eu-central-1.amazonaws.com/ordercast-dev`,
        TaskSubnets: 'subnet-1,subnet-2',
        UserPoolId: cognito.poolId,
      },
      objects: this.objects,
      now: () => (this.#now += 1_000),
    });
    this.ecs = new ScriptedEcs('dev', { script, services: () => this.#services() });
    this.aws = new ScriptedAws({
      sts: sts,
      cloudformation: (call) => ({ type: 'text/xml', body: this.cloudFormation.answer(call) }),
      ecs: ({ operation, body }) => json(this.ecs.answer(operation, parsed(body))),
      logs: ({ operation, body }) => {
        if (operation === 'GetLogEvents') return json(this.ecs.logEvents(parsed(body)));
        throw new Refusal(400, 'NotScripted', operation);
      },
      ecr: (call) => this.#ecr(call.operation, parsed(call.body)),
      registry: ({ query }) => {
        this.push(query.get('name')?.split(':').at(-1) ?? '');
        return { body: '' };
      },
      upload: ({ path, body }) => {
        this.pages.set(path.split('/').at(-1) ?? '', body);
        return { body: '' };
      },
      amplify: (call) => this.#amplify(call.operation),
      s3: (call) => this.#s3(call),
      ssm: () => json({ Parameter: { Name: 'version', Value: TOOLKIT_VERSION } }),
      'cognito-idp': forwardTo(cognito.endpoint),
    });
  }

  async start(): Promise<string> {
    this.#url = await this.aws.start();
    return this.#url;
  }

  stop(): Promise<void> {
    return this.aws.stop();
  }

  /** Takes an image; a tag is taken once. Answers its digest. */
  push(tag: string): string {
    if (this.images.has(tag)) throw new Refusal(400, 'ImageTagAlreadyExistsException', tag);
    const digest = `sha256:${createHash('sha256').update(tag).digest('hex')}`;
    this.images.set(tag, digest);
    return digest;
  }

  /** ARNs of the services that are there. */
  services(): string[] {
    return [...this.#services().keys()];
  }

  /** What must be the same whichever way a deployment came to its end. */
  async state(users: () => Promise<unknown>): Promise<unknown> {
    return {
      stacks: [...this.cloudFormation.stacks.values()].map(
        ({ name, status, template, terminationProtection }) => ({
          name,
          status,
          terminationProtection,
          template,
        }),
      ),
      images: [...this.images],
      applied: this.ecs.tasks
        .filter(({ command }) => command.includes('up'))
        .map(({ command }) => command),
      page: this.pages.get(this.jobs.at(-1)?.id ?? ''),
      pageStatus: this.jobs.at(-1)?.status,
      users: await users(),
    };
  }

  /** By the ARN of each service, the task definition of its stack. */
  #services(): Map<string, string> {
    const stack = this.cloudFormation.stack('ordercast-dev-services');
    const { Resources } = templateSchema.parse(JSON.parse(stack.template));
    const idOf = (logicalId: string) => stack.resources.get(logicalId)?.id ?? '';
    return new Map(
      Object.entries(Resources)
        .filter(([, { Type }]) => Type === 'AWS::ECS::Service')
        .map(([id, { Properties }]) => [idOf(id), idOf(refOf(Properties['TaskDefinition']))]),
    );
  }

  #ecr(operation: string, input: unknown): Answer {
    if (operation === 'GetAuthorizationToken') {
      const authorizationToken = Buffer.from('AWS:registry-password').toString('base64');
      return json({ authorizationData: [{ authorizationToken }] });
    }
    if (operation !== 'DescribeImages') throw new Refusal(400, 'NotScripted', operation);
    if (!this.cloudFormation.stacks.has('eu-central-1 ordercast-dev-images')) {
      throw new Refusal(400, 'RepositoryNotFoundException', 'no repository');
    }
    const { imageIds } = z
      .object({ imageIds: z.array(z.object({ imageTag: z.string() })) })
      .parse(input);
    const imageDigest = this.images.get(imageIds[0]?.imageTag ?? '');
    if (imageDigest === undefined) throw new Refusal(400, 'ImageNotFoundException', 'no image');
    return json({ imageDetails: [{ imageDigest }] });
  }

  #amplify(operation: string): Answer {
    const [, id] = /\/jobs\/([^/]+)/.exec(operation) ?? [];
    const job = this.jobs.find((one) => one.id === id);
    if (/^GET .*\/jobs$/.test(operation)) {
      return json({
        jobSummaries: this.jobs.map((one) => ({ jobId: one.id, status: one.status })),
      });
    }
    if (/^GET .*\/jobs\/[^/]+$/.test(operation) && job !== undefined) {
      const { status } = job;
      if (status === 'RUNNING') job.status = 'SUCCEED';
      return json({ job: { summary: { jobId: job.id, status } } });
    }
    if (/^DELETE .*\/stop$/.test(operation) && job !== undefined) {
      job.status = 'CANCELLED';
      return json({ jobSummary: { jobId: job.id, status: job.status } });
    }
    if (/^POST .*\/deployments$/.test(operation)) {
      if (this.jobs.some(({ status }) => status === 'PENDING' || status === 'RUNNING')) {
        throw new Refusal(400, 'BadRequestException', 'The last job was not finished');
      }
      const jobId = String(this.jobs.length + 1);
      this.jobs.push({ id: jobId, status: 'PENDING' });
      return json({ jobId, fileUploadUrls: {}, zipUploadUrl: `${this.#url}/upload/${jobId}` });
    }
    if (/^POST .*\/deployments\/start$/.test(operation)) {
      const last = this.jobs.at(-1);
      if (last === undefined || !this.pages.has(last.id))
        throw new Refusal(400, 'BadRequestException', 'no files');
      last.status = 'RUNNING';
      return json({ jobSummary: { jobId: last.id, status: last.status } });
    }
    throw new Refusal(400, 'NotScripted', operation);
  }

  #versions(path: string): string {
    const bucket = `${path.replace(/\/$/, '')}/`;
    const keys = [...this.objects.keys()].filter((key) => key.startsWith(bucket));
    const versions = keys.map((key) =>
      xml('Version', { Key: key.slice(bucket.length), VersionId: '1' }),
    );
    return `<ListVersionsResult>${versions.join('')}</ListVersionsResult>`;
  }

  #s3({ operation, path, query, body }: Parameters<Service>[0]): Answer {
    if (query.has('location'))
      return { body: '<LocationConstraint>eu-central-1</LocationConstraint>' };
    if (query.has('encryption'))
      throw new Refusal(404, 'ServerSideEncryptionConfigurationNotFoundError', 'none');
    if (operation.startsWith('GET ') && query.get('list-type') === '2') {
      const prefix = `${path.replace(/\/$/, '')}/${query.get('prefix')}`;
      const found = [...this.objects.keys()].filter((key) => key.startsWith(prefix));
      const bucket = path.split('/')[1]?.length ?? 0;
      return {
        body: `<ListBucketResult>${found.map((key) => xml('Contents', { Key: key.slice(bucket + 2), Size: 1 })).join('')}</ListBucketResult>`,
      };
    }
    if (query.has('versions')) return { body: this.#versions(path) };
    if (query.has('delete')) {
      for (const [, key] of body.toString().matchAll(/<Key>([^<]+)<\/Key>/g)) {
        this.objects.delete(`${path.replace(/\/$/, '')}/${key}`);
      }
      return { body: '<DeleteResult></DeleteResult>' };
    }
    if (operation.startsWith('PUT ')) {
      const part = query.get('partNumber');
      this.objects.set(part === null ? path : `${path}#${part.padStart(5, '0')}`, body);
      return { entityTag: '"of-no-matter"', body: '' };
    }
    // A bundle of more than a few MB is sent in parts.
    if (operation.startsWith('POST')) {
      const [, Bucket = '', ...key] = path.split('/');
      const names = { Bucket, Key: key.join('/') };
      if (query.has('uploads')) {
        const begun = xml('InitiateMultipartUploadResult', { ...names, UploadId: 'of-no-matter' });
        return { type: 'application/xml', body: begun };
      }
      const parts = [...this.objects.keys()].filter((one) => one.startsWith(`${path}#`)).sort();
      const bodies = parts.map((one) => this.objects.get(one) ?? Buffer.of());
      for (const one of parts) this.objects.delete(one);
      this.objects.set(path, Buffer.concat(bodies));
      return {
        type: 'application/xml',
        body: xml('CompleteMultipartUploadResult', { ...names, ETag: '"of-no-matter"' }),
      };
    }
    throw new Refusal(400, 'NotScripted', operation);
  }
}

function sts({ operation, form }: Parameters<Service>[0]): Answer {
  const answer = (result: unknown) => ({
    type: 'text/xml',
    body: xml(`${operation}Response`, { [`${operation}Result`]: result }),
  });
  if (operation === 'GetCallerIdentity') {
    return answer({ Account: ACCOUNT, Arn: `arn:aws:iam::${ACCOUNT}:user/somebody`, UserId: 'A' });
  }
  if (operation === 'AssumeRole') {
    const Credentials = {
      AccessKeyId: 'ASIA0000000000000000',
      SecretAccessKey: 'secret',
      SessionToken: 'token',
      Expiration: '2100-01-01T00:00:00Z',
    };
    return answer({
      Credentials,
      AssumedRoleUser: { Arn: form.get('RoleArn'), AssumedRoleId: 'A' },
    });
  }
  throw new Refusal(400, 'NotScripted', operation);
}

function json(value: unknown): Answer {
  return { type: 'application/x-amz-json-1.1', body: JSON.stringify(value) };
}

function parsed(body: Buffer): unknown {
  return JSON.parse(body.toString() || '{}');
}

/** A server that speaks the same protocol answers instead. */
function forwardTo(endpoint: string): Service {
  return async ({ operation, body }) => {
    const response = await fetch(endpoint, {
      method: 'POST',
      headers: {
        'Content-Type': 'application/x-amz-json-1.1',
        'X-Amz-Target': `AWSCognitoIdentityProviderService.${operation}`,
      },
      body: new Uint8Array(body),
    });
    const text = await response.text();
    if (response.ok) return { type: 'application/x-amz-json-1.1', body: text };
    const { __type, message = '' } = z
      .object({ __type: z.string(), message: z.string().optional() })
      .parse(JSON.parse(text));
    throw new Refusal(response.status, __type, message);
  };
}
