/** What `/config.json` tells, so that one build serves every stage. */
export interface AppConfig {
  region: string;
  userPoolId: string;
  userPoolClientId: string;
  identityPoolId: string;
  /** Where Cognito answers; empty means the Region's own address. */
  cognitoEndpoint: string;
  /** Base of the order API, without a trailing slash. */
  apiUrl: string;
  /** Absolute `ws:` or `wss:` address of the realtime endpoint. */
  realtimeUrl: string;
}

export class ConfigUnavailableError extends Error {
  override readonly name = 'ConfigUnavailableError';
}

/**
 * Reads `/config.json`. Checked by hand, because a schema library would double what a visitor
 * loads before signing in.
 * @throws ConfigUnavailableError where the file is missing or lacks a setting
 */
export async function loadAppConfig(
  get: (path: string) => Promise<Response>,
  origin: string,
): Promise<AppConfig> {
  const settings = await readSettings(get);
  return {
    region: setting(settings, 'region'),
    userPoolId: setting(settings, 'userPoolId'),
    userPoolClientId: setting(settings, 'userPoolClientId'),
    identityPoolId: setting(settings, 'identityPoolId'),
    cognitoEndpoint: setting(settings, 'cognitoEndpoint'),
    apiUrl: setting(settings, 'apiUrl').replace(/\/+$/, ''),
    realtimeUrl: webSocketUrl(setting(settings, 'realtimeUrl'), origin),
  };
}

async function readSettings(
  get: (path: string) => Promise<Response>,
): Promise<ReadonlyMap<string, unknown>> {
  const response = await get('/config.json').catch(() => undefined);
  if (!response?.ok) throw new ConfigUnavailableError('/config.json could not be read');
  const body: unknown = await response.json().catch(() => undefined);
  if (typeof body !== 'object' || body === null) {
    throw new ConfigUnavailableError('/config.json is not a JSON object');
  }
  return new Map(Object.entries(body));
}

function setting(settings: ReadonlyMap<string, unknown>, name: keyof AppConfig): string {
  const value = settings.get(name);
  if (typeof value !== 'string') throw new ConfigUnavailableError(`/config.json lacks ${name}`);
  return value;
}

function webSocketUrl(url: string, origin: string): string {
  const absolute = new URL(url, origin);
  if (absolute.protocol === 'http:') absolute.protocol = 'ws:';
  if (absolute.protocol === 'https:') absolute.protocol = 'wss:';
  return absolute.href;
}
