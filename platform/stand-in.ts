/**
 * Settings of an AWS SDK client whose endpoint somebody named. FIPS and dual-stack endpoints are other
 * names of AWS's own hosts; asked for by `AWS_USE_FIPS_ENDPOINT` or `~/.aws/config`, they would forbid this one.
 */
export function namedEndpoint(endpoint: string) {
  return { endpoint, useFipsEndpoint: false, useDualstackEndpoint: false };
}

/** The Region of everything that stands in for AWS. */
const REGION = 'us-east-1';

/**
 * A stand-in shares its cores with all that it serves: where it is busy it is slow to take a connection
 * or an answer is queued, and neither is a fault. Without this the SDK gives a connection 3.1 s.
 */
const PATIENT_HANDLER = { connectionTimeout: 0, socketAcquisitionWarningTimeout: 3_600_000 };

/**
 * Settings of an AWS SDK client that speaks to a stand-in for AWS on this machine. All that the SDK would
 * look up in the environment or in `~/.aws` is said here, so a developer's own settings change nothing.
 * Any credentials do; none of a real account are sent.
 */
export function standIn(endpoint: string) {
  return {
    ...namedEndpoint(endpoint),
    region: REGION,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    defaultsMode: 'standard' as const,
    retryMode: 'standard',
    maxAttempts: 3,
    requestHandler: PATIENT_HANDLER,
    accountIdEndpointMode: 'disabled' as const,
    endpointDiscoveryEnabled: false,
    authSchemePreference: ['sigv4'],
    userAgentAppId: 'ordercast-local',
  };
}
