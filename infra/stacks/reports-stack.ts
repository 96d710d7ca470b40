import { ArnFormat } from 'aws-cdk-lib';
import type { App } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IRole } from 'aws-cdk-lib/aws-iam';
import type { AlarmSpec } from '../constructs/alarm-spec.ts';
import { functionNameOf } from '../constructs/bundled-function.ts';
import type { BundledFunction } from '../constructs/bundled-function.ts';
import { DATABASE_CA_FILE } from '../constructs/image.ts';
import type { Network } from '../constructs/network.ts';
import type { OrderApi } from '../constructs/order-api.ts';
import type { Platform } from '../constructs/program.ts';
import { reportFailed, reportWaits, reportsNotKept } from '../constructs/report-alarms.ts';
import { ReportFiles } from '../constructs/report-files.ts';
import { callEachMinute, putAside, reportFunction } from '../constructs/report-functions.ts';
import type { ReportHandler } from '../constructs/report-functions.ts';
import { ReportMail } from '../constructs/report-mail.ts';
import { ReportSchedules } from '../constructs/report-schedules.ts';
import { ReportTask } from '../constructs/report-task.ts';
import { grantReadSecrets } from '../constructs/secret-access.ts';
import { StageStack } from '../constructs/stage-stack.ts';
import type { StageSettings } from '../settings/stage-settings.ts';
import type { DataStack } from './data-stack.ts';
import type { TokenIssuer } from './identity-stack.ts';

interface Given {
  network: Network;
  data: DataStack;
  tokens: TokenIssuer;
  platform: Platform;
  orders: OrderApi;
  pageOrigin: string;
}

/** Reports: their API, the runs and what starts them by the clock, their files, their mails. */
export class ReportsStack extends StageStack {
  readonly alarms: readonly AlarmSpec[];

  readonly #given: Given;
  readonly #files: ReportFiles;
  readonly #mail: ReportMail;
  readonly #task: ReportTask;
  readonly #schedules: ReportSchedules;

  constructor(app: App, settings: StageSettings, given: Given) {
    super(app, 'reports', { settings, description: 'Ordercast: reports, their files and mails' });
    this.#given = given;
    this.#files = new ReportFiles(this, 'Files', settings);
    this.#mail = new ReportMail(this, 'Mail', settings);
    this.#task = new ReportTask(this, 'Heavy', {
      settings,
      platform: given.platform,
      environment: { ...this.#runVariables(), DATABASE_CA_FILE },
    });
    this.#schedules = new ReportSchedules(this, 'Schedules', {
      settings,
      runArn: this.#runArn,
      task: this.#task,
    });
    const api = this.#function('api');
    const run = this.#function('run');
    const keep = this.#function('keep');
    const mailEvents = this.#function('mailEvents');
    this.#letApiCall(api);
    callEachMinute(this, keep);
    putAside(run, this.#schedules.deadLetters);
    this.#mail.tell(mailEvents);
    this.#grantRights({ api, run, keep, mailEvents });
    const { logs } = this.#task.program;
    this.alarms = [
      reportFailed(settings, [run.logGroup, keep.logGroup, logs]),
      reportWaits(settings, keep.logGroup),
      reportsNotKept(keep),
      ...this.#schedules.alarms,
      ...this.#mail.alarms,
      // A run that finds no free instance is tried again for hours: what counts there is how long it waits.
      ...[api, keep, mailEvents].flatMap(({ errors, throttled }) => [errors, throttled]),
      run.errors,
    ];
    this.output('ReportsBucket', this.#files.bucket.bucketName, 'Where files of reports lie');
    this.output('ReportsSender', this.#mail.from, 'Who mails of reports come from');
  }

  /** By its name, since the function and who may call it name each other. */
  get #runArn(): string {
    return this.formatArn({
      service: 'lambda',
      resource: 'function',
      resourceName: functionNameOf(this.settings, 'reports', 'run'),
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
  }

  #function(handler: ReportHandler): BundledFunction {
    const { network, tokens, pageOrigin } = this.#given;
    return reportFunction(this, handler, {
      settings: this.settings,
      network,
      environment: {
        ...this.#runVariables(),
        ...this.#startVariables(),
        COGNITO_CLIENT_ID: tokens.clientId,
        COGNITO_ISSUER: tokens.issuer,
        CORS_ORIGINS: pageOrigin,
        DATABASE_CA_FILE: '/var/task/global-bundle.pem',
      },
    });
  }

  /** What a run must know, wherever it runs. */
  #runVariables(): Record<string, string> {
    const { data, orders, pageOrigin } = this.#given;
    const { reports } = this.settings;
    return {
      DATABASE_SECRET_ID: data.database.logins.reports.secretArn,
      LOG_LEVEL: 'info',
      REPORTS_API_URL: orders.url,
      REPORTS_BUCKET: this.#files.bucket.bucketName,
      REPORTS_CONFIGURATION_SET: this.#mail.configurationSetName,
      REPORTS_LINK_SECRET_ID: data.linkSecret.secret.secretArn,
      REPORTS_MAIL_FROM: this.#mail.from,
      REPORTS_MAX_RUNNING: String(reports.maxRunning),
      REPORTS_PAGE_URL: pageOrigin,
      REPORTS_TIME_ZONE: reports.timeZone,
    };
  }

  /** What must be known to start a run, now or by the clock. */
  #startVariables(): Record<string, string> {
    const { network, platform } = this.#given;
    const { vpc, groups } = network;
    return {
      REPORTS_CLUSTER: platform.cluster.clusterName,
      REPORTS_CONTAINER: this.#task.container,
      REPORTS_FUNCTION: functionNameOf(this.settings, 'reports', 'run'),
      REPORTS_SCHEDULE_CLUSTER_ARN: platform.cluster.clusterArn,
      REPORTS_SCHEDULE_DEAD_LETTER_ARN: this.#schedules.deadLetters.queueArn,
      REPORTS_SCHEDULE_FUNCTION_ARN: this.#runArn,
      REPORTS_SCHEDULE_GROUP: this.#schedules.group.scheduleGroupName,
      REPORTS_SCHEDULE_ROLE_ARN: this.#schedules.role.roleArn,
      REPORTS_SECURITY_GROUP: groups.reports.securityGroupId,
      REPORTS_SUBNETS: vpc.selectSubnets({ subnetGroupName: 'programs' }).subnetIds.join(','),
      REPORTS_TASK_DEFINITION: this.#task.definitionArn,
    };
  }

  /** The routes are the API's own. */
  #letApiCall(api: BundledFunction): void {
    api.addPermission('Routes', {
      principal: new ServicePrincipal('apigateway.amazonaws.com'),
      sourceArn: this.#given.orders.api.arnForExecuteApi(),
    });
  }

  #grantRights(functions: Record<ReportHandler, BundledFunction>): void {
    const { data } = this.#given;
    const { taskRole } = this.#task.program.task;
    const [api, run, keep, mailEvents] = [
      roleOf(functions.api),
      roleOf(functions.run),
      roleOf(functions.keep),
      roleOf(functions.mailEvents),
    ];
    const { reports: login } = data.database.logins;
    const { secret: links } = data.linkSecret;
    for (const role of [api, run, keep, taskRole]) grantReadSecrets(role, data.key, login, links);
    grantReadSecrets(mailEvents, data.key, login);
    for (const role of [run, keep, taskRole]) this.#mail.grantSend(role);
    for (const role of [run, taskRole]) {
      this.#files.grant(role, {
        objects: ['PutObject', 'DeleteObject', 'AbortMultipartUpload'],
        bucket: ['ListBucket', 'ListBucketMultipartUploads'],
      });
    }
    // What a process has left that died.
    this.#files.grant(keep, {
      objects: ['DeleteObject', 'AbortMultipartUpload'],
      bucket: ['ListBucket', 'ListBucketMultipartUploads'],
    });
    // For the URLs that it signs, once it has looked whether the file is still there.
    this.#files.grant(api, { objects: ['GetObject'], bucket: ['ListBucket'] });
    for (const role of [api, keep]) this.#grantStart(role);
    this.#schedules.grantFollow(keep);
  }

  #grantStart(role: IRole): void {
    role.addToPrincipalPolicy(
      new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [this.#runArn] }),
    );
    this.#task.grantRun(role);
  }
}

function roleOf({ role }: BundledFunction): IRole {
  if (role === undefined) throw new Error('The function has no role');
  return role;
}
