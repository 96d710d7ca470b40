import { Duration, Stack } from 'aws-cdk-lib';
import { Rule } from 'aws-cdk-lib/aws-events';
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IRole } from 'aws-cdk-lib/aws-iam';
import { ScheduleGroup } from 'aws-cdk-lib/aws-scheduler';
import { Construct } from 'constructs';
import type { StageSettings } from '../settings/stage-settings.ts';
import type { AlarmSpec } from './alarm-spec.ts';
import { DeadLetters } from './dead-letters.ts';
import { asFound, explain } from './explain.ts';
import type { ReportTask } from './report-task.ts';

const PERIOD = Duration.minutes(5);

/**
 * Where schedules of reports are kept, as whom EventBridge Scheduler starts a run, and where that ends which it could not start. The
 * schedules themselves are rows of the database: `keep` makes them here.
 */
export class ReportSchedules extends Construct {
  readonly group: ScheduleGroup;
  readonly role: Role;
  readonly deadLetters: DeadLetters;

  constructor(
    scope: Construct,
    id: string,
    { settings, runArn, task }: { settings: StageSettings; runArn: string; task: ReportTask },
  ) {
    super(scope, id);
    this.group = new ScheduleGroup(this, 'Group', {
      scheduleGroupName: `ordercast-${settings.stage}-reports`,
    });
    this.deadLetters = new DeadLetters(this, 'DeadLetters', 'schedules and of the runs they start');
    const { account } = Stack.of(this);
    this.role = new Role(this, 'Role', {
      description: `Starts reports of ordercast-${settings.stage} by the clock`,
      // Of this group alone: else a schedule of anybody in the account could be given this role.
      assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
        conditions: {
          StringEquals: {
            'aws:SourceAccount': account,
            'aws:SourceArn': this.group.scheduleGroupArn,
          },
        },
      }),
    });
    this.role.addToPrincipalPolicy(
      new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [runArn] }),
    );
    this.role.addToPrincipalPolicy(
      new PolicyStatement({
        actions: ['sqs:SendMessage'],
        resources: [this.deadLetters.queueArn],
      }),
    );
    task.grantRun(this.role);
    new Rule(this, 'NotStarted', {
      description: 'A task of a report that ECS could not start',
      eventPattern: {
        source: ['aws.ecs'],
        detailType: ['ECS Task State Change'],
        detail: {
          group: [`family:${task.family}`],
          lastStatus: ['STOPPED'],
          stopCode: ['TaskFailedToStart'],
        },
      },
      targets: [new SqsQueue(this.deadLetters)],
    });
  }

  /** To bring the group to what the rows say. */
  grantFollow(who: IRole): void {
    const { partition, region, account } = Stack.of(this);
    const schedules = `arn:${partition}:scheduler:${region}:${account}:schedule/${this.group.scheduleGroupName}/*`;
    who.addToPrincipalPolicy(
      new PolicyStatement({
        actions: ['Create', 'Delete', 'Get', 'Update'].map((verb) => `scheduler:${verb}Schedule`),
        resources: [schedules],
      }),
    );
    explain(
      who,
      `IAM5[Resource::${asFound(this, schedules)}]`,
      'schedules of this group, whose names administrators give',
    );
    // A list is of no resource (service authorization reference).
    who.addToPrincipalPolicy(
      new PolicyStatement({ actions: ['scheduler:ListSchedules'], resources: ['*'] }),
    );
    who.addToPrincipalPolicy(
      new PolicyStatement({
        actions: ['iam:PassRole'],
        resources: [this.role.roleArn],
        conditions: { StringEquals: { 'iam:PassedToService': 'scheduler.amazonaws.com' } },
      }),
    );
  }

  get alarms(): AlarmSpec[] {
    const article = 'schedule-did-not-run';
    return [
      {
        article,
        of: 'dropped',
        metric: this.group.metricDropped({ period: PERIOD, statistic: 'sum' }),
        threshold: 0,
      },
      {
        article,
        of: 'errors',
        metric: this.group.metricTargetErrors({ period: PERIOD, statistic: 'sum' }),
        threshold: 0,
        periods: 3,
        badPeriods: 2,
      },
      this.deadLetters.alarm({ article, of: 'put-aside' }),
    ];
  }
}
