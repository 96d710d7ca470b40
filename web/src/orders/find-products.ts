import { foldText } from '@ordercast/contract/fold-text.ts';
import type { Product } from '@ordercast/contract/product.ts';

/** The products whose name or category holds what somebody typed, folded as in a search for orders. */
export function findProducts(products: readonly Product[], typed: string): Product[] {
  const wanted = foldText(typed);
  return products.filter(({ name, category }) => foldText(`${name} ${category}`).includes(wanted));
}
