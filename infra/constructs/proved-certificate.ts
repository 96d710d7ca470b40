import { Certificate, CertificateValidation } from 'aws-cdk-lib/aws-certificatemanager';
import { HostedZone } from 'aws-cdk-lib/aws-route53';
import type { IHostedZone } from 'aws-cdk-lib/aws-route53';
import type { Construct } from 'constructs';
import type { StageSettings } from '../settings/stage-settings.ts';
import type { AlarmSpec } from './alarm-spec.ts';

export type Domain = NonNullable<StageSettings['domain']>;

/** ACM renews at 60 days, where its record in the zone is still there. */
const LATE_DAYS = 14;

/** A certificate that a record in the stage's zone proves, and that ACM renews by itself. */
export class ProvedCertificate extends Certificate {
  /** The stage's zone, which is there already. */
  readonly zone: IHostedZone;
  readonly #name: string;

  constructor(scope: Construct, id: string, { hostedZoneId, zoneName }: Domain, name: string) {
    const zone = HostedZone.fromHostedZoneAttributes(scope, 'Zone', { hostedZoneId, zoneName });
    super(scope, id, { domainName: name, validation: CertificateValidation.fromDns(zone) });
    this.zone = zone;
    this.#name = name;
  }

  get alarm(): AlarmSpec {
    return {
      article: 'certificate-expires',
      of: this.#name,
      metric: this.metricDaysToExpiry(),
      threshold: LATE_DAYS,
      bad: 'below',
    };
  }
}
