const RESERVED_ROUTES = new Set(['$connect', '$disconnect']);

/**
 * Reads a route selection expression, `$request.body.action` or `${request.body.a.b}`, and returns
 * a function from a message's text to the value found there: undefined where the message is no
 * JSON, or has no string, number or boolean at that path. A client cannot name `$connect` or
 * `$disconnect`. Throws for an expression of another form.
 */
export function createRouteSelection(expression: string): (body: string) => string | undefined {
  const match = /^\$(?:request\.body\.([\w.-]+)|\{request\.body\.([\w.-]+)\})$/.exec(expression);
  const path = (match?.[1] ?? match?.[2])?.split('.');
  if (!path || path.includes('')) {
    throw new Error(`Unsupported route selection expression: ${expression}`);
  }
  return (body) => {
    const value = read(body, path);
    const known = typeof value === 'string' || typeof value === 'number' || value === true;
    if (!known && value !== false) return undefined;
    const key = String(value);
    return RESERVED_ROUTES.has(key) ? undefined : key;
  };
}

function read(body: string, path: readonly string[]): unknown {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return undefined;
  }
  for (const name of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name))
      return undefined;
    value = Reflect.get(value, name);
  }
  return value;
}
