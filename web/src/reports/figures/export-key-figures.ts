import type { ExportFigures } from '@ordercast/contract/report-figures.ts';
import { formatMoney } from '../../format/money.ts';
import { countText } from './count-text.ts';
import type { KeyFigure } from './key-figure.ts';

/** What an export holds. */
export function exportKeyFigures({ totals, lineItems }: ExportFigures): KeyFigure[] {
  const several = totals.length > 1;
  return [
    { name: 'Line items', value: countText(lineItems), comparisons: [] },
    ...totals.flatMap(({ currency, orders, revenue, cancelledOrders, cancelledTotal }) => {
      const named = (name: string) => (several ? `${name}, ${currency}` : name);
      return [
        { name: named('Revenue'), value: formatMoney(revenue, currency), comparisons: [] },
        { name: named('Orders'), value: countText(orders), comparisons: [] },
        {
          name: named('Cancelled orders'),
          value: `${countText(cancelledOrders)} (${formatMoney(cancelledTotal, currency)})`,
          comparisons: [],
        },
      ];
    }),
  ];
}
