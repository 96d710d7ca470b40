import { readConfig } from '@ordercast/platform/config.ts';
import { configuredDatabase } from '@ordercast/platform/configured-database.ts';
import { createLogger } from '@ordercast/platform/logger.ts';
import { createMailEventsHandler } from '../mail/mail-events.ts';
import { composedOnce } from './composed-once.ts';
import type { FunctionParts } from './function-parts.ts';
import { mailEventsFunctionSettings } from './function-settings.ts';

/** Takes SES's events of bounces and complaints, which EventBridge brings again where this throws. */
export function createMailEventsFunction({ environment, logTo }: Omit<FunctionParts, 'wait'>) {
  const composed = composedOnce(async () => {
    const config = readConfig(mailEventsFunctionSettings, environment);
    const log = createLogger('reports-mail-events', { level: config.LOG_LEVEL, ...logTo });
    const source = await configuredDatabase(config, (text) => log.warn(text));
    const database = source.open({ appName: 'ordercast-reports-mail-events', poolMax: 1 });
    return createMailEventsHandler({ database, clock: Date.now, log });
  });
  return async (event: unknown): Promise<void> => {
    const handle = await composed();
    await handle(event);
  };
}
