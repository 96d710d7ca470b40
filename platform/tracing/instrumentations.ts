import { ROOT_CONTEXT, defaultTextMapGetter } from '@opentelemetry/api';
import type { Instrumentation } from '@opentelemetry/instrumentation';
import { AwsLambdaInstrumentation } from '@opentelemetry/instrumentation-aws-lambda';
import { AwsInstrumentation } from '@opentelemetry/instrumentation-aws-sdk';
import { ExpressInstrumentation, ExpressLayerType } from '@opentelemetry/instrumentation-express';
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import { KnexInstrumentation } from '@opentelemetry/instrumentation-knex';
import { PinoInstrumentation } from '@opentelemetry/instrumentation-pino';
import { TediousInstrumentation } from '@opentelemetry/instrumentation-tedious';
import { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici';
import { AWSXRAY_TRACE_ID_HEADER, AWSXRayPropagator } from '@opentelemetry/propagator-aws-xray';

/** Asked again and again by those who look whether a program is well. */
const HEALTH = /^(?:\/api)?\/health\//;

/** Modules of which the exports are wrapped as they are imported; the last is that of a function's handlers. */
export const WRAPPED_MODULES = [
  'express',
  'http',
  'https',
  'knex',
  'pino',
  'tedious',
  /\/lambda\.mjs$/,
];

/** Exactly what our programs call by. */
export function createInstrumentations(): Instrumentation[] {
  return [
    new HttpInstrumentation({ ignoreIncomingRequestHook: ({ url }) => HEALTH.test(url ?? '') }),
    new ExpressInstrumentation({
      // Twenty of them pass every request on; the route is what tells something.
      ignoreLayersType: [ExpressLayerType.MIDDLEWARE, ExpressLayerType.ROUTER],
    }),
    new KnexInstrumentation(),
    new TediousInstrumentation(),
    new UndiciInstrumentation(),
    new AwsInstrumentation({ suppressInternalInstrumentation: true }),
    new PinoInstrumentation({ disableLogSending: true }),
    new AwsLambdaInstrumentation({ eventContextExtractor: contextOfLambda }),
  ];
}

/** Lambda's own segment of the call, which it tells by a variable; never what the event's sender says. */
function contextOfLambda() {
  const carrier = { [AWSXRAY_TRACE_ID_HEADER]: process.env['_X_AMZN_TRACE_ID'] };
  return new AWSXRayPropagator().extract(ROOT_CONTEXT, carrier, defaultTextMapGetter);
}
