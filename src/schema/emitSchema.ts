import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { lexicographicSortSchema, printSchema } from 'graphql';
import { buildHubSchema } from './buildSchema';

/** The schema's text, as it stands in `schema.graphql`. */
export function schemaText(): string {
  return `${printSchema(lexicographicSortSchema(buildHubSchema()))}\n`;
}

/** `npm run schema`: writes the schema's text beside this file. */
if (require.main === module) writeFileSync(join(__dirname, 'schema.graphql'), schemaText());
