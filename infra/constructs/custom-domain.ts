import { DomainName, EndpointType, SecurityPolicy } from 'aws-cdk-lib/aws-apigatewayv2';
import { ARecord, RecordTarget } from 'aws-cdk-lib/aws-route53';
import { ApiGatewayv2DomainProperties } from 'aws-cdk-lib/aws-route53-targets';
import type { Construct } from 'constructs';
import type { AlarmSpec } from './alarm-spec.ts';
import { ProvedCertificate } from './proved-certificate.ts';
import type { Domain } from './proved-certificate.ts';

/** A name of our own for an API of API Gateway, with its certificate and its record. */
export function customDomain(
  scope: Construct,
  id: string,
  domain: Domain,
  name: string,
): { domainName: DomainName; alarm: AlarmSpec } {
  const certificate = new ProvedCertificate(scope, `${id}Certificate`, domain, name);
  const domainName = new DomainName(scope, id, {
    domainName: name,
    certificate,
    endpointType: EndpointType.REGIONAL,
    securityPolicy: SecurityPolicy.TLS_1_2,
  });
  new ARecord(scope, `${id}Record`, {
    zone: certificate.zone,
    recordName: name,
    target: RecordTarget.fromAlias(
      new ApiGatewayv2DomainProperties(
        domainName.regionalDomainName,
        domainName.regionalHostedZoneId,
      ),
    ),
  });
  return { domainName, alarm: certificate.alarm };
}
