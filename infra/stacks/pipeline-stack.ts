import { Duration } from 'aws-cdk-lib';
import type { App } from 'aws-cdk-lib';
import {
  OidcProviderNative,
  PolicyStatement,
  Role,
  WebIdentityPrincipal,
} from 'aws-cdk-lib/aws-iam';
import { asFound, explain } from '../constructs/explain.ts';
import { StageStack } from '../constructs/stage-stack.ts';
import type { StageSettings } from '../settings/stage-settings.ts';
import { FIREWALL_REGION } from './firewall-stack.ts';
import type { IdentityStack } from './identity-stack.ts';
import type { ImagesStack } from './images-stack.ts';
import type { MigrationsStack } from './migrations-stack.ts';

const ISSUER = 'token.actions.githubusercontent.com';
/** A first deployment waits half an hour for the database alone. */
const SESSION = Duration.hours(2);

/**
 * The role of the hosted workflow `deploy.yml`: for jobs of this stage's environments alone, whose reviewers GitHub asks
 * first, and with what `npm run deploy` calls. To delete a stage is not among it.
 */
export class PipelineStack extends StageStack {
  constructor(
    app: App,
    settings: StageSettings,
    pipeline: NonNullable<StageSettings['pipeline']>,
    {
      images,
      identity,
      migrations,
    }: { images: ImagesStack; identity: IdentityStack; migrations: MigrationsStack },
  ) {
    super(app, 'pipeline', {
      settings,
      description: 'Ordercast: the role that workflows deploy with',
    });
    const { stage } = settings;
    const provider = pipeline.makesProvider
      ? new OidcProviderNative(this, 'GitHub', {
          url: `https://${ISSUER}`,
          clientIds: ['sts.amazonaws.com'],
        }).oidcProviderArn
      : this.formatArn({
          service: 'iam',
          region: '',
          resource: 'oidc-provider',
          resourceName: ISSUER,
        });
    const environments = [stage, `${stage}-migrations`];
    const role = new Role(this, 'Deploy', {
      description: `Deploys Ordercast ${stage}`,
      maxSessionDuration: SESSION,
      assumedBy: new WebIdentityPrincipal(provider, {
        StringEquals: {
          [`${ISSUER}:aud`]: 'sts.amazonaws.com',
          [`${ISSUER}:sub`]: environments.map(
            (environment) => `repo:${pipeline.repository}:environment:${environment}`,
          ),
        },
      }),
    });
    images.repository.grantPullPush(role);
    images.repository.grant(role, 'ecr:DescribeImages');
    explain(
      role,
      'IAM5[Resource::*]',
      'a token of ECR, and a list of tasks, are of no resource; the list is of one cluster',
    );

    const { cluster } = migrations.platform;
    const inCluster = { conditions: { ArnEquals: { 'ecs:cluster': cluster.clusterArn } } };
    const arn = (
      service: string,
      resource: string,
      resourceName: string,
      why: string,
      region = service === 'iam' ? '' : settings.region,
    ) => {
      const text = this.formatArn({ service, region, resource, resourceName });
      explain(role, `IAM5[Resource::${asFound(this, text)}]`, why);
      return text;
    };
    const stacks = (name: string) =>
      [...new Set([settings.region, FIREWALL_REGION])].map((region) =>
        arn('cloudformation', 'stack', `${name}/*`, 'CloudFormation adds its own number', region),
      );
    const statements: readonly ConstructorParameters<typeof PolicyStatement>[0][] = [
      {
        actions: ['sts:AssumeRole'],
        resources: [
          arn(
            'iam',
            'role',
            'cdk-hnb659fds-*',
            'the four roles of the toolkit, through which the CDK deploys',
          ),
        ],
      },
      {
        actions: [
          'cloudformation:DescribeStacks',
          'cloudformation:GetTemplate',
          'cloudformation:DescribeStackEvents',
          'cloudformation:ListStackResources',
        ],
        resources: [...stacks(`ordercast-${stage}-*`), ...stacks('CDKToolkit')],
      },
      {
        actions: ['ecs:RunTask'],
        resources: [
          arn(
            'ecs',
            'task-definition',
            '*',
            'each release has revisions of its own; in this cluster alone',
          ),
        ],
        ...inCluster,
      },
      { actions: ['ecs:ListTasks'], resources: ['*'], ...inCluster },
      {
        actions: ['ecs:DescribeTasks', 'ecs:DescribeServices'],
        resources: [
          arn('ecs', 'task', `ordercast-${stage}/*`, 'each task has an id of its own'),
          arn('ecs', 'service', `ordercast-${stage}/*`, 'all services of the stage'),
        ],
      },
      {
        actions: ['iam:PassRole'],
        resources: [
          arn(
            'iam',
            'role',
            `ordercast-${stage}-migrations-*`,
            'the roles of two tasks, which get a number of their own',
          ),
        ],
        conditions: { StringEquals: { 'iam:PassedToService': 'ecs-tasks.amazonaws.com' } },
      },
      {
        actions: ['logs:GetLogEvents'],
        resources: [arn('logs', 'log-group', `/ordercast/${stage}/*`, 'tasks write a stream each')],
      },
      {
        actions: [
          'cognito-idp:ListUsersInGroup',
          'cognito-idp:AdminCreateUser',
          'cognito-idp:AdminAddUserToGroup',
          'cognito-idp:AdminEnableUser',
          'cognito-idp:AdminDisableUser',
          'cognito-idp:AdminSetUserPassword',
        ],
        resources: [identity.userPool.pool.userPoolArn],
      },
    ];
    if (identity.deployPage !== undefined) role.addManagedPolicy(identity.deployPage);
    for (const statement of statements) role.addToPrincipalPolicy(new PolicyStatement(statement));
    this.output('DeployRole', role.roleArn, "The workflow's variable AWS_DEPLOY_ROLE");
  }
}
