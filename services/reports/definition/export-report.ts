import { orderNumber } from '@ordercast/contract/order-number.ts';
import { exportFiguresSchema } from '@ordercast/contract/report-figures.ts';
import type { ExportFigures } from '@ordercast/contract/report-figures.ts';
import type { Knex } from 'knex';
import { isoInstant } from '@ordercast/platform/column.ts';
import type { CsvRow } from '../csv/csv-row.ts';
import { decimalAmount } from '../csv/decimal-amount.ts';
import { countText } from './amount-text.ts';
import { readLinesOf, readPlacedPage } from './export-pages.ts';
import type { ExportedLine, ExportedOrder } from './export-pages.ts';
import { ROWS_OF_A_PAGE } from './in-pages.ts';
import { localText } from './local-text.ts';
import { placedTotals, readPlaced } from './placed-orders.ts';
import type { ReportDefinition, ReportScope } from './report-definition.ts';
import { totalsLines } from './totals-lines.ts';

const ORDERS_OF_A_PAGE = 100;

/** Every line item of the orders placed in a period, cancelled orders included. */
export const exportReport: ReportDefinition<ExportFigures> = {
  kind: 'export',
  weight: 'heavy',
  figuresSchema: exportFiguresSchema,
  readFigures,
  csv: {
    columns: [
      'order_id',
      'order_number',
      'status',
      'placed_at',
      'updated_at',
      'customer_id',
      'customer_name',
      'customer_email',
      'note',
      'currency',
      'order_total',
      'line_no',
      'product_id',
      'product_name',
      'quantity',
      'unit_price',
      'line_total',
    ],
    countRows: (_db, _scope, { lineItems }) => Promise.resolve(lineItems),
    readRows,
  },
  headline: ({ from, to, timeZone, lineItems, totals }) => ({
    title: `Orders from ${localText(from, timeZone)} to ${localText(to, timeZone)} (${timeZone})`,
    lines: [{ label: 'Line items', value: countText(lineItems) }, ...totalsLines(totals)],
  }),
};

async function readFigures(
  db: Knex,
  { from, to, timeZone, at }: ReportScope,
): Promise<ExportFigures> {
  const groups = await readPlaced(db, from, to);
  return {
    from: isoInstant(from),
    to: isoInstant(to),
    timeZone,
    readAt: isoInstant(at),
    totals: placedTotals(groups),
    lineItems: groups.reduce((sum, group) => sum + group.lineItems, 0),
  };
}

/** Held are the orders of a page, and the lines of as many of them as make a page of the file. */
async function* readRows(db: Knex, scope: ReportScope): AsyncGenerator<readonly CsvRow[]> {
  for (let after: ExportedOrder | undefined; ;) {
    const orders = await readPlacedPage(db, scope, after, ORDERS_OF_A_PAGE);
    for (const some of byLineCount(orders)) {
      const lines = await readLinesOf(
        db,
        some.map(({ id }) => id),
      );
      yield some.flatMap((order) =>
        (lines.get(order.id) ?? []).map((line) => lineItemRow(order, line)),
      );
    }
    if (orders.length < ORDERS_OF_A_PAGE) return;
    after = orders.at(-1);
  }
}

/** Orders in their order, as many together as have the lines of a page; one that has more is alone. */
function byLineCount(orders: readonly ExportedOrder[]): ExportedOrder[][] {
  const groups: ExportedOrder[][] = [];
  let lines = ROWS_OF_A_PAGE;
  for (const order of orders) {
    lines += order.lineCount;
    const group = groups.at(-1);
    if (group !== undefined && lines <= ROWS_OF_A_PAGE) group.push(order);
    else {
      groups.push([order]);
      lines = order.lineCount;
    }
  }
  return groups;
}

function lineItemRow(order: ExportedOrder, line: ExportedLine): CsvRow {
  const { currency } = order;
  return [
    order.id,
    orderNumber(order.id),
    order.status,
    isoInstant(order.createdAt),
    isoInstant(order.updatedAt),
    order.customerId,
    order.customerName,
    order.customerEmail,
    order.note,
    currency,
    decimalAmount(order.total, currency),
    line.lineNo,
    line.productId,
    line.name,
    line.quantity,
    decimalAmount(line.unitPrice, currency),
    decimalAmount(line.total, currency),
  ];
}
