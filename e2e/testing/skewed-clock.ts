/** Loaded before a program by `--import`: its wall clock runs ahead by CLOCK_SKEW_MS. */
const skewMs = Number(process.env['CLOCK_SKEW_MS'] ?? 0);
const rightNow = Date.now;

Date.now = () => rightNow() + skewMs;
globalThis.Date = new Proxy(Date, {
  construct(target, args: unknown[], newTarget) {
    const date: unknown = Reflect.construct(
      target,
      args.length === 0 ? [target.now()] : args,
      newTarget,
    );
    return date instanceof target ? date : new target(NaN);
  },
});
