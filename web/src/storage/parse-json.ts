/** What was kept as JSON; null where there is nothing, or nothing that can be read. */
export function parseJson(text: string | null): unknown {
  try {
    const value: unknown = JSON.parse(text ?? 'null');
    return value;
  } catch {
    return null;
  }
}
