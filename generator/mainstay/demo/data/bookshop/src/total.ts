export type Item = { quantity: number; unitPrice: number };

/** What an order costs, in cents: money is never counted in fractions. */
export function totalCents(items: readonly Item[]): number {
  return items.reduce((sum, item) => sum + item.quantity * Math.round(item.unitPrice * 100), 0);
}
