const PRINTS = `
  import { registerHooks } from 'node:module';
  registerHooks({
    load: (url, context, next) => {
      if (/opentelemetry|in-the-middle/.test(url)) console.log(JSON.stringify({ loads: url }));
      return next(url, context);
    },
  });`;

/** For NODE_OPTIONS: a program prints a line `{"loads":…}` for each module of OpenTelemetry's that it loads from then on. */
export const PRINT_LOADED = `--import=data:text/javascript,${encodeURIComponent(PRINTS)}`;
