import type { PlacedTotals } from '@ordercast/contract/report-figures.ts';
import { amountText, countText } from './amount-text.ts';
import type { Headline } from './report-definition.ts';

/** What was placed in a period, in a few lines for each currency. */
export function totalsLines(totals: readonly PlacedTotals[]): Headline['lines'] {
  if (totals.length === 0) return [{ label: 'Orders', value: '0' }];
  return totals.flatMap(({ currency, orders, revenue, cancelledOrders, cancelledTotal }) => [
    { label: inCurrency('Orders', currency, totals), value: countText(orders) },
    { label: inCurrency('Revenue', currency, totals), value: amountText(revenue, currency) },
    {
      label: inCurrency('Cancelled', currency, totals),
      value: `${countText(cancelledOrders)} (${amountText(cancelledTotal, currency)})`,
    },
  ]);
}

/** A label of a figure, with its currency where there are several. */
export function inCurrency(label: string, currency: string, all: readonly unknown[]): string {
  return all.length > 1 ? `${label}, ${currency}` : label;
}
