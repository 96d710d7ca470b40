/** The addresses at which the laptop's one origin answers. */
export interface Addresses {
  /** What is printed and stands in tokens: `http://localhost:8080`, without a default port. */
  url: string;
  /** Every origin whose pages are ours. */
  origins: readonly string[];
  /** The origin that a `Host` header means, or undefined for a name that is not ours. */
  originOf: (host: string | undefined) => string | undefined;
  /** Whether a `Host` header means the address of the tunnel, behind which anybody may be. */
  isPublic: (host: string | undefined) => boolean;
}

const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'];
const DEFAULT_PORTS = new Map([
  ['http:', '80'],
  ['https:', '443'],
]);

/**
 * The loopback's three names at a port, and the origin of `publicUrl` where a tunnel or a proxy in front
 * has another address. A foreign name that resolves to this machine would let a stranger's page in (DNS
 * rebinding), so no other `Host` is ours.
 */
export function localAddresses(port: number, publicUrl?: string): Addresses {
  const [url = '', ...others] = LOOPBACK.map((name) => new URL(`http://${name}:${port}`).origin);
  const origins = [url, ...others, ...(publicUrl === undefined ? [] : [new URL(publicUrl).origin])];
  const byHost = new Map(
    origins.flatMap((origin) => hostsOf(origin).map((host) => [host, origin])),
  );
  const originOf = (host = '') => byHost.get(host.toLowerCase());
  const own = new Set([url, ...others]);
  const isPublic = (host?: string) => !own.has(originOf(host) ?? url);
  return { url, origins, originOf, isPublic };
}

/** A default port may be written or left out. */
function hostsOf(origin: string): string[] {
  const { host, port, protocol } = new URL(origin);
  return port === '' ? [host, `${host}:${DEFAULT_PORTS.get(protocol) ?? ''}`] : [host];
}
