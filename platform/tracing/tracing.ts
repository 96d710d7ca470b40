/** What `start-tracing.ts` leaves for the program, which may be a bundle with a copy of this module of its own. */
export interface Tracing {
  /** Runs work as a span that begins a trace of its own. */
  run: <Result>(name: string, work: () => Promise<Result>) => Promise<Result>;
  /** W3C trace context of the span that goes on, sampled or not. */
  traceparent: () => string | undefined;
  /** Sends what is left and ends. It resolves within {@link END_MS}, whatever becomes of the spans. */
  end: () => Promise<void>;
}

/** A part of the 25 s in which programs stop. */
export const END_MS = 2_000;

declare global {
  // A global is declared by `var`, or it is none.
  var ordercastTracing: Tracing | undefined;
}

/** The same function, of which each call begins a trace of its own, where the sampler keeps it; without tracing it does nothing more. */
export function traced<Given extends unknown[], Result>(
  name: string,
  work: (...given: Given) => Promise<Result>,
): (...given: Given) => Promise<Result> {
  return (...given) =>
    globalThis.ordercastTracing?.run(name, () => work(...given)) ?? work(...given);
}

/** W3C trace context of what is being done, such as a request; undefined without tracing. */
export function currentTraceparent(): string | undefined {
  return globalThis.ordercastTracing?.traceparent();
}

/** For the end of a program: sends what is left. Without tracing it resolves at once. */
export async function endTracing(): Promise<void> {
  await globalThis.ordercastTracing?.end();
}
