import { AmplifyClient } from '@aws-sdk/client-amplify';
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider';
import { ECRClient } from '@aws-sdk/client-ecr';
import { ECSClient } from '@aws-sdk/client-ecs';
import { S3Client } from '@aws-sdk/client-s3';
import { STSClient } from '@aws-sdk/client-sts';

/** Clients of the stage's Region, with the credentials that the standard chain finds. */
export interface AwsClients {
  amplify: AmplifyClient;
  /** Of any Region, since one stack lies in another. */
  cloudFormation: (region: string) => CloudFormationClient;
  cognito: CognitoIdentityProviderClient;
  ecr: ECRClient;
  ecs: ECSClient;
  logs: CloudWatchLogsClient;
  s3: S3Client;
  sts: STSClient;
}

export function createAwsClients(region: string): AwsClients {
  const cloudFormations = new Map<string, CloudFormationClient>();
  return {
    amplify: new AmplifyClient({ region }),
    cloudFormation(where) {
      const known = cloudFormations.get(where) ?? new CloudFormationClient({ region: where });
      cloudFormations.set(where, known);
      return known;
    },
    cognito: new CognitoIdentityProviderClient({ region }),
    ecr: new ECRClient({ region }),
    ecs: new ECSClient({ region }),
    logs: new CloudWatchLogsClient({ region }),
    s3: new S3Client({ region, followRegionRedirects: true }),
    sts: new STSClient({ region }),
  };
}
