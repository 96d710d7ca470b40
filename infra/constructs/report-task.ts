import { Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IRole } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import type { StageSettings } from '../settings/stage-settings.ts';
import { asFound, explain } from './explain.ts';
import { REPORT_COMMAND } from './image.ts';
import { Program } from './program.ts';
import type { Platform } from './program.ts';

/** A run that takes longer or more than a function has: a task for itself, started for it and ended with it. */
export class ReportTask extends Construct {
  readonly program: Program;
  readonly family: string;
  /** Of whatever revision is the newest, so that a schedule needs no change at a release. */
  readonly definitionArn: string;

  readonly #clusterArn: string;

  constructor(
    scope: Construct,
    id: string,
    {
      settings,
      platform,
      environment,
    }: { settings: StageSettings; platform: Platform; environment: Record<string, string> },
  ) {
    super(scope, id);
    this.program = new Program(this, 'Reports', {
      settings,
      platform,
      size: settings.reports.task,
      command: REPORT_COMMAND,
      environment,
    });
    this.family = this.program.task.family;
    this.#clusterArn = platform.cluster.clusterArn;
    this.definitionArn = Stack.of(this).formatArn({
      service: 'ecs',
      resource: 'task-definition',
      resourceName: this.family,
    });
  }

  /** Name of the container that is told its run. */
  get container(): string {
    return this.program.task.defaultContainer?.containerName ?? '';
  }

  /** To start it in the stage's cluster, with the roles that it has. */
  grantRun(role: IRole): void {
    const revisions = `${this.definitionArn}:*`;
    role.addToPrincipalPolicy(
      new PolicyStatement({
        actions: ['ecs:RunTask'],
        resources: [this.definitionArn, revisions],
        conditions: { ArnEquals: { 'ecs:cluster': this.#clusterArn } },
      }),
    );
    explain(
      role,
      `IAM5[Resource::${asFound(this, revisions)}]`,
      'each release has a revision of its own',
    );
    const { task } = this.program;
    role.addToPrincipalPolicy(
      new PolicyStatement({
        actions: ['iam:PassRole'],
        resources: [task.taskRole.roleArn, task.obtainExecutionRole().roleArn],
        conditions: { StringEquals: { 'iam:PassedToService': 'ecs-tasks.amazonaws.com' } },
      }),
    );
  }
}
