import { runCommand } from './program';

const { stdout, stderr } = process;

// Whoever reads may leave early, as `head` does.
stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

void runCommand(process.argv.slice(2), { stdout, stderr }).then((exitCode) => {
  process.exitCode = exitCode;
});
