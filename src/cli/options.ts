import { InvalidArgumentError, Option } from 'commander';
import { InventoryError } from '../core/errors';
import { DEVELOPMENT_TENANT_ID, isGuid, parseTenantId } from '../core/identity';
import { isWholeNumber } from '../core/quantity';

/** `--tenant <id>`: which Wix app instance; default the development tenant. */
export function tenantOption(): Option {
  return new Option('--tenant <id>', 'Wix app instance id (GUID)')
    .default(DEVELOPMENT_TENANT_ID, 'the development tenant')
    .argParser(parseTenant);
}

/** Reads a Wix app instance id. @throws InvalidArgumentError */
export function parseTenant(text: string): string {
  try {
    return parseTenantId(text, 'It');
  } catch (error) {
    if (!(error instanceof InventoryError)) throw error;
    throw new InvalidArgumentError(error.message);
  }
}

/** Reads a GUID. @throws InvalidArgumentError */
export function parseGuid(text: string): string {
  if (!isGuid(text)) throw new InvalidArgumentError('It must be a GUID.');
  return text.toLowerCase();
}

/**
 * Reads the units of a line: 1..100,000 (Wix inventory service plugin).
 *
 * @throws InvalidArgumentError
 */
export function parseUnits(text: string): number {
  const units = /^\d+$/.test(text) ? Number(text) : NaN;
  if (!isWholeNumber(units, 1, 100_000)) {
    throw new InvalidArgumentError('It must be a whole number from 1 to 100000.');
  }
  return units;
}

/**
 * Reads a low stock threshold: 0..10,000,000 units, or `none`.
 *
 * @throws InvalidArgumentError
 */
export function parseThreshold(text: string): number | 'none' {
  if (text === 'none') return text;
  const units = /^\d+$/.test(text) ? Number(text) : NaN;
  if (!isWholeNumber(units, 0, 10_000_000)) {
    throw new InvalidArgumentError('It must be a whole number from 0 to 10000000, or none.');
  }
  return units;
}
