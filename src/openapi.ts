import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The document that describes the HTTP surfaces, as served at `/openapi.yaml`. It lies at the root
 * of the project, beside `src` as beside `dist`.
 */
export function readOpenapi(): string {
  return readFileSync(join(__dirname, '..', 'openapi.yaml'), 'utf8');
}
