import { realtimeTableNames } from '@ordercast/websocket/connections/realtime-tables.ts';
import { LogTable } from '@ordercast/websocket/channel-log/log-table.ts';
import { expect } from 'vitest';
import type { SplitSystem } from './split-system.ts';

/** A channel's log as the table has it: ids by sequence number, after a look for holes and twins. */
export async function wholeChannel(system: SplitSystem, channel: string): Promise<string[]> {
  const { channelLog } = realtimeTableNames(system.tablePrefix);
  const table = new LogTable(system.dynamo, channelLog);
  const head = await table.getHead(channel);
  const ids: string[] = [];
  for await (const item of table.itemsAfter(channel, 0)) {
    expect(item).toMatchObject({ epoch: head?.epoch, from: ids.length + 1 });
    expect(item.to).toBe(ids.length + item.ids.length);
    expect(item.events).toHaveLength(item.ids.length);
    ids.push(...item.ids);
  }
  expect(head?.seq ?? 0).toBe(ids.length);
  expect(new Set(ids).size).toBe(ids.length);
  return ids;
}
