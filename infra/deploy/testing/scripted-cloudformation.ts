import { Refusal } from './scripted-aws.ts';
import type { ScriptedCall } from './scripted-aws.ts';
import { applyTemplate, outputsOf } from './scripted-stack.ts';
import type { ChangeSet, ScriptedStack } from './scripted-stack.ts';
import { xml } from './xml.ts';

interface Options {
  account: string;
  /** Values of outputs that a test wants to be these. */
  outputs: Readonly<Record<string, string>>;
  /** What lies in S3, by `/<bucket>/<key>`. */
  objects: ReadonlyMap<string, Buffer>;
  now: () => number;
}

/** CloudFormation as far as a deployment asks it: stacks and change sets are kept, resources are names. */
export class ScriptedCloudFormation {
  /** By Region and name. */
  readonly stacks = new Map<string, ScriptedStack>();
  /** By stack: the reason for which its next change fails, and the status in which that leaves it. */
  readonly failures = new Map<string, { resource: string; reason: string; status: string }>();
  /** Whether a change is still going on when it is looked at for the first time. */
  lingers = false;
  readonly #changeSets = new Map<string, ChangeSet>();
  readonly #options: Options;
  /** Name or ARN in the call that is being answered: a refusal repeats it. */
  #asked = '';

  constructor(options: Options) {
    this.#options = options;
  }

  stack(name: string, region = 'eu-central-1'): ScriptedStack {
    const stack = this.stacks.get(`${region} ${name}`);
    if (stack === undefined) throw new Error(`There is no stack ${name}.`);
    return stack;
  }

  /** A stack that is there already. */
  put(name: string, region: string, template: unknown, status = 'CREATE_COMPLETE'): ScriptedStack {
    const stack = this.#newStack(name, region);
    applyTemplate(stack, JSON.stringify(template), this.#options.account);
    stack.status = status;
    this.stacks.set(`${region} ${name}`, stack);
    return stack;
  }

  answer(call: ScriptedCall): string {
    const action = call.form.get('Action') ?? '';
    const body = this.#action(action, call);
    return xml(`${action}Response`, { [`${action}Result`]: body });
  }

  #action(action: string, { form, region }: ScriptedCall): unknown {
    this.#asked = form.get('StackName') ?? '';
    const name = nameOf(this.#asked);
    switch (action) {
      case 'DescribeStacks':
        return { Stacks: [this.#describe(this.#find(name, region))] };
      case 'GetTemplate':
        return { TemplateBody: kept(this.#find(name, region).template) };
      case 'GetTemplateSummary':
        return { ResourceTypes: [] };
      case 'DescribeStackEvents':
        return {
          StackEvents: this.#find(name, region).events.map((event, index) =>
            this.#event(name, event, index),
          ),
        };
      case 'ListStackResources':
        return {
          StackResourceSummaries: [...this.#find(name, region).resources].map(([id, resource]) => ({
            LogicalResourceId: id,
            PhysicalResourceId: resource.id,
            ResourceType: resource.type,
            ResourceStatus: 'CREATE_COMPLETE',
            LastUpdatedTimestamp: new Date(0).toISOString(),
          })),
        };
      case 'CreateChangeSet':
        return this.#createChangeSet(name, region, form);
      case 'DescribeChangeSet':
        return this.#describeChangeSet(name, region, form.get('ChangeSetName') ?? '');
      case 'DeleteChangeSet':
        this.#changeSets.delete(`${region} ${name} ${nameOf(form.get('ChangeSetName') ?? '')}`);
        return {};
      case 'ExecuteChangeSet':
        return this.#execute(name, region, form);
      case 'UpdateTerminationProtection':
        this.#find(name, region).terminationProtection =
          form.get('EnableTerminationProtection') === 'true';
        return { StackId: this.#id(name, region) };
      case 'DeleteStack':
        return this.#delete(name, region);
      default:
        throw new Refusal(400, 'NotScripted', `CloudFormation ${action}`);
    }
  }

  #find(name: string, region: string): ScriptedStack {
    const stack = this.stacks.get(`${region} ${name}`);
    if (stack === undefined || stack.status === 'DELETE_COMPLETE') {
      throw new Refusal(400, 'ValidationError', `Stack with id ${this.#asked} does not exist`);
    }
    return stack;
  }

  #newStack(name: string, region: string): ScriptedStack {
    return {
      name,
      region,
      status: 'REVIEW_IN_PROGRESS',
      next: undefined,
      template: '{}',
      changeSet: '',
      createdAt: this.#options.now(),
      updatedAt: undefined,
      terminationProtection: false,
      tags: {},
      resources: new Map(),
      changes: 0,
      events: [],
    };
  }

  #id(name: string, region: string): string {
    return `arn:aws:cloudformation:${region}:${this.#options.account}:stack/${name}/1`;
  }

  /** What goes on has come to its end when it is looked at once more. */
  #describe(stack: ScriptedStack): unknown {
    const { name, region, status, createdAt, updatedAt, changeSet, terminationProtection, tags } =
      stack;
    stack.status = stack.next ?? status;
    stack.next = undefined;
    const outputs = /ROLLBACK|REVIEW/.test(status) ? {} : outputsOf(stack, this.#options.outputs);
    return {
      StackId: this.#id(name, region),
      StackName: name,
      StackStatus: status,
      CreationTime: new Date(createdAt).toISOString(),
      ...(updatedAt !== undefined && { LastUpdatedTime: new Date(updatedAt).toISOString() }),
      ...(changeSet !== '' && { ChangeSetId: this.#changeSetId(region, changeSet) }),
      EnableTerminationProtection: terminationProtection,
      Outputs: Object.entries(outputs).map(([OutputKey, OutputValue]) => ({
        OutputKey,
        OutputValue,
      })),
      Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
    };
  }

  #changeSetId(region: string, name: string): string {
    return `arn:aws:cloudformation:${region}:${this.#options.account}:changeSet/${name}/1`;
  }

  #createChangeSet(name: string, region: string, form: URLSearchParams): unknown {
    const changeSet = form.get('ChangeSetName') ?? '';
    const known = this.stacks.get(`${region} ${name}`);
    if (form.get('ChangeSetType') === 'CREATE') {
      if (known !== undefined && !/^(REVIEW_IN_PROGRESS|DELETE_COMPLETE)$/.test(known.status)) {
        throw new Refusal(400, 'ValidationError', `Stack ${name} already exists`);
      }
      this.stacks.set(`${region} ${name}`, this.#newStack(name, region));
    }
    const stack = this.#find(name, region);
    const url = form.get('TemplateURL');
    const template =
      url === null
        ? form.get('TemplateBody')
        : this.#options.objects.get(new URL(url).pathname)?.toString();
    if (template === null || template === undefined)
      throw new Refusal(400, 'ValidationError', `No template at ${url}`);
    const isSame = stack.changes > 0 && stack.template === template;
    this.#changeSets.set(`${region} ${name} ${changeSet}`, {
      name: changeSet,
      status: isSame ? 'FAILED' : 'CREATE_COMPLETE',
      reason: isSame ? "The submitted information didn't contain changes." : '',
      template,
      tags: tagsOf(form),
    });
    return { Id: this.#changeSetId(region, changeSet), StackId: this.#id(name, region) };
  }

  #describeChangeSet(name: string, region: string, changeSetName: string): unknown {
    const found = this.#changeSets.get(`${region} ${name} ${nameOf(changeSetName)}`);
    if (found === undefined) throw new Refusal(404, 'ChangeSetNotFound', changeSetName);
    const { name: changeSet, status, reason } = found;
    return {
      ChangeSetName: changeSet,
      ChangeSetId: this.#changeSetId(region, changeSet),
      StackId: this.#id(name, region),
      StackName: name,
      Status: status,
      StatusReason: reason,
      ExecutionStatus: status === 'FAILED' ? 'UNAVAILABLE' : 'AVAILABLE',
      Changes: status === 'FAILED' ? [] : [{ Type: 'Resource' }],
      CreationTime: new Date(this.#options.now()).toISOString(),
    };
  }

  #execute(name: string, region: string, form: URLSearchParams): unknown {
    const stack = this.#find(name, region);
    const key = `${region} ${name} ${nameOf(form.get('ChangeSetName') ?? '')}`;
    const changeSet = this.#changeSets.get(key);
    if (changeSet === undefined) throw new Refusal(404, 'ChangeSetNotFound', key);
    this.#changeSets.delete(key);
    const verb = stack.changes === 0 ? 'CREATE' : 'UPDATE';
    stack.status = `${verb}_IN_PROGRESS`;
    stack.changeSet = changeSet.name;
    stack.events = [{ id: name, type: 'AWS::CloudFormation::Stack', status: stack.status }];
    if (verb === 'UPDATE') stack.updatedAt = this.#options.now();
    const failure = this.failures.get(name);
    this.failures.delete(name);
    if (failure !== undefined) {
      stack.next = failure.status;
      const type = 'AWS::RDS::DBInstance';
      const later = {
        type: 'AWS::SQS::Queue',
        status: `${verb}_FAILED`,
        reason: 'Resource creation cancelled',
      };
      const first = {
        id: failure.resource,
        type,
        status: `${verb}_FAILED`,
        reason: failure.reason,
      };
      const second = { ...first, id: 'Second', reason: 'Another fault, a moment later' };
      stack.events = [{ id: 'Later', ...later }, second, first, ...stack.events];
      return {};
    }
    if (this.lingers) stack.next = `${verb}_COMPLETE`;
    else stack.status = `${verb}_COMPLETE`;
    stack.tags = changeSet.tags;
    applyTemplate(stack, changeSet.template, this.#options.account);
    return {};
  }

  #delete(name: string, region: string): unknown {
    const stack = this.#find(name, region);
    if (stack.terminationProtection) {
      throw new Refusal(
        400,
        'ValidationError',
        `Stack [${name}] cannot be deleted while TerminationProtection is enabled`,
      );
    }
    const failure = this.failures.get(name);
    this.failures.delete(name);
    stack.status = 'DELETE_IN_PROGRESS';
    stack.next =
      failure?.status ?? (this.#hasFullBucket(stack) ? 'DELETE_FAILED' : 'DELETE_COMPLETE');
    return {};
  }

  #hasFullBucket({ resources }: ScriptedStack): boolean {
    const buckets = [...resources.values()].filter(
      ({ type, text }) => type === 'AWS::S3::Bucket' && !text.includes('"DeletionPolicy":"Retain"'),
    );
    const keys = [...this.#options.objects.keys()];
    return buckets.some(({ id }) => keys.some((key) => key.startsWith(`/${id}/`)));
  }

  #event(name: string, event: ScriptedStack['events'][number], index: number): unknown {
    return {
      StackId: this.#id(name, 'any'),
      EventId: `${name}-${index}`,
      StackName: name,
      LogicalResourceId: event.id,
      ResourceType: event.type,
      ResourceStatus: event.status,
      ResourceStatusReason: event.reason ?? '',
      Timestamp: new Date(this.#options.now()).toISOString(),
    };
  }
}

/** A name, or the name within an ARN. */
function nameOf(text: string): string {
  return text.startsWith('arn:') ? (text.split('/')[1] ?? '') : text;
}

/** It keeps no characters beyond ASCII. */
function kept(template: string): string {
  return template.replaceAll(/[\u{80}-\u{10ffff}]/gu, '?');
}

function tagsOf(form: URLSearchParams): Record<string, string> {
  const tags: Record<string, string> = {};
  for (let n = 1; form.has(`Tags.member.${n}.Key`); n += 1) {
    tags[form.get(`Tags.member.${n}.Key`) ?? ''] = form.get(`Tags.member.${n}.Value`) ?? '';
  }
  return tags;
}
