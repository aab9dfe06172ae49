import { InventoryError } from '../core/errors';

/** Where a value of an item file stands on the wire, within an item. */
const WIRE_PLACES: Readonly<Record<string, string>> = {
  preorderEnabled: 'preorderInfo.enabled',
  preorderMessage: 'preorderInfo.message',
  preorderLimit: 'preorderInfo.limit',
  name: 'product.name',
  variantName: 'product.variantName',
  sku: 'product.variantSku',
  barcode: 'product.variantBarcode',
  visible: 'product.variantVisible',
  categoryIds: 'product.directCategoryIds',
  brandId: 'product.brand.id',
  brandName: 'product.brand.name',
  extendedFields: 'extendedFields.namespaces',
};

/** An error about a value of an item, with the place where the call says that value. */
export function errorAt(item: string, error: InventoryError): InventoryError {
  const { code, message, details } = error;
  const { field } = details;
  if (field === undefined) return error;
  const place = `${item}.${WIRE_PLACES[field] ?? field}`;
  const named = message.startsWith(`${field} `) ? place + message.slice(field.length) : message;
  return new InventoryError(code, named, { ...details, field: place });
}

/** Where a query on the wire has what its use case is given. */
const QUERY_PLACES: Readonly<Record<string, string>> = {
  cursor: 'cursorPaging.cursor',
  aggregations: 'aggregations',
};

/** An error about a part of a query, with the place where the call has that part. */
export function errorInQuery(error: unknown, root: string): unknown {
  const field = error instanceof InventoryError ? error.details.field : undefined;
  const place = field === undefined ? undefined : QUERY_PLACES[field];
  if (!(error instanceof InventoryError) || place === undefined) return error;
  const message = error.message.replace(/^\w+/, `${root}.${place}`);
  return new InventoryError(error.code, message, { field: `${root}.${place}` });
}
