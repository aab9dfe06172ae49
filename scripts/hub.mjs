import { prepare } from './prepare.mjs';

// Standard output belongs to the command: `npm run --silent hub -- export > items.csv`.
await prepare({ quiet: !process.stderr.isTTY });
await import('../dist/cli/main.js');
