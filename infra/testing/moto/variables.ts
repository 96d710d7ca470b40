/** What stands in for a stage's surroundings on this machine. */
export interface Surroundings {
  /** moto, for every service of AWS. */
  aws: string;
  region: string;
  /** Cognito's emulator. */
  cognito: string;
  /** The stage of the WebSocket API, with its `@connections`. */
  callbackEndpoint: string;
  /** `sqlite:<path>`; undefined where the secrets name a server. */
  databaseUrl: string | undefined;
  /** Authorities that the database's certificate is checked against. */
  caFile: string;
}

type Variables = Readonly<Record<string, string>>;

/** What a task or a function is given besides what its definition says, and why. */
function given({ aws, region, cognito }: Surroundings): Variables {
  return {
    // By ECS and Lambda themselves; what the credentials may do nobody here looks at.
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    // Where AWS is.
    AWS_ENDPOINT_URL: aws,
    COGNITO_ENDPOINT: cognito,
    // This machine's loopback alone, where each task has an address of its own.
    HOST: '127.0.0.1',
  };
}

/** Variables whose values are others here, where a definition has them at all: one that it lacks stays missing. */
const CHANGED: Readonly<Record<string, (value: string, surroundings: Surroundings) => Variables>> =
  {
    COGNITO_ISSUER: (COGNITO_ISSUER, { cognito }) => ({
      COGNITO_ISSUER: issuerAt(COGNITO_ISSUER, cognito),
    }),
    DATABASE_SECRET_ID: (DATABASE_SECRET_ID, { databaseUrl }): Variables =>
      databaseUrl === undefined ? { DATABASE_SECRET_ID } : { DATABASE_URL: databaseUrl },
    DATABASE_CA_FILE: (_file, { caFile }) => ({ DATABASE_CA_FILE: caFile }),
    REALTIME_CALLBACK_ENDPOINT: (_url, { callbackEndpoint }) => ({
      REALTIME_CALLBACK_ENDPOINT: callbackEndpoint,
    }),
    // Several programs on one machine cannot have the same port.
    PORT: () => ({ PORT: '0' }),
    // Nobody drains here.
    DRAIN_DELAY_MS: () => ({ DRAIN_DELAY_MS: '0' }),
  };

/** The environment of a program or function: as deployed, but for what is listed here. */
export function variablesHere(deployed: Variables, surroundings: Surroundings): Variables {
  const changed = Object.entries(deployed).flatMap(([name, value]) =>
    Object.entries(CHANGED[name]?.(value, surroundings) ?? { [name]: value }),
  );
  return { ...given(surroundings), ...Object.fromEntries(changed) };
}

/** The pool of an issuer at Cognito's emulator: the last part of both is the pool's id. */
export function issuerAt(issuer: string, cognito: string): string {
  const [, poolId] = /^https:\/\/cognito-idp\.[\w-]+\.amazonaws\.com\/([\w-]+)$/.exec(issuer) ?? [];
  if (poolId === undefined) throw new Error(`${issuer} is no issuer of Cognito.`);
  return `${cognito}/${poolId}`;
}
