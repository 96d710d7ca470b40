import { z } from 'zod';

/** ISO 4217 code, such as `EUR`. */
export const currencySchema = z.string().regex(/^[A-Z]{3}$/);

/** Money in minor units (cents): a whole number that JSON carries exactly. */
export const minorUnitsSchema = z.int().min(0);

export const productSchema = z.object({
  id: z.string(),
  name: z.string(),
  category: z.string(),
  unitPrice: minorUnitsSchema,
  currency: currencySchema,
});
export type Product = z.infer<typeof productSchema>;

export const productListSchema = z.object({ items: z.array(productSchema), nextCursor: z.null() });
