import { DomainName, EndpointType, SecurityPolicy } from 'aws-cdk-lib/aws-apigatewayv2';
import { Certificate, CertificateValidation } from 'aws-cdk-lib/aws-certificatemanager';
import { ARecord, HostedZone, RecordTarget } from 'aws-cdk-lib/aws-route53';
import type { IHostedZone } from 'aws-cdk-lib/aws-route53';
import { ApiGatewayv2DomainProperties } from 'aws-cdk-lib/aws-route53-targets';
import type { Construct } from 'constructs';
import type { StageSettings } from '../settings/stage-settings.ts';
import type { AlarmSpec } from './alarm-spec.ts';

type Domain = NonNullable<StageSettings['domain']>;

/** The stage's zone, which is there already. */
export function hostedZone(scope: Construct, { hostedZoneId, zoneName }: Domain): IHostedZone {
  return HostedZone.fromHostedZoneAttributes(scope, 'Zone', { hostedZoneId, zoneName });
}

/** A certificate that Route 53 proves and ACM renews by itself. */
export function certificate(
  scope: Construct,
  id: string,
  zone: IHostedZone,
  name: string,
): Certificate {
  return new Certificate(scope, id, {
    domainName: name,
    validation: CertificateValidation.fromDns(zone),
  });
}

/** Said two weeks before the end; ACM renews at 60 days, where its record in the zone is still there. */
export function expiryAlarm(of: string, certificate: Certificate): AlarmSpec {
  return {
    article: 'certificate-expires',
    of,
    metric: certificate.metricDaysToExpiry(),
    threshold: 14,
    bad: 'below',
  };
}

/** A name of our own for an API of API Gateway, with its certificate and its record. */
export function customDomain(
  scope: Construct,
  id: string,
  domain: Domain,
  name: string,
): { domainName: DomainName; alarm: AlarmSpec } {
  const zone = hostedZone(scope, domain);
  const shown = certificate(scope, `${id}Certificate`, zone, name);
  const domainName = new DomainName(scope, id, {
    domainName: name,
    certificate: shown,
    endpointType: EndpointType.REGIONAL,
    securityPolicy: SecurityPolicy.TLS_1_2,
  });
  new ARecord(scope, `${id}Record`, {
    zone,
    recordName: name,
    target: RecordTarget.fromAlias(
      new ApiGatewayv2DomainProperties(
        domainName.regionalDomainName,
        domainName.regionalHostedZoneId,
      ),
    ),
  });
  return { domainName, alarm: expiryAlarm(name, shown) };
}
