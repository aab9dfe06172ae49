import { InvalidArgumentError } from 'commander';
import { parseUnits } from './options';

/** One line of a call, as typed. */
export interface TypedItem {
  product: string;
  /** GUID. */
  variant?: string;
  /** 1..100,000. */
  quantity: number;
}

const VARIANT = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';
const ITEM = new RegExp(`^(?<product>.+?)(?::(?<variant>${VARIANT}))?=(?<units>\\d+)$`, 'i');

/** Reads `product[:variant]=quantity` and adds it to those before. @throws InvalidArgumentError */
export function addItem(text: string, items: readonly TypedItem[]): TypedItem[] {
  const { product, variant, units } = ITEM.exec(text)?.groups ?? {};
  if (product === undefined || units === undefined) {
    throw new InvalidArgumentError('It must be product=quantity or product:variant=quantity.');
  }
  const quantity = parseUnits(units);
  return [...items, { product, ...(variant !== undefined && { variant }), quantity }];
}
