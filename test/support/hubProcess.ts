import { startEmbeddedServer } from '../../src/redis/embeddedServer';

/**
 * A hub process reduced to its embedded Redis, for tests that kill it or run several: prints one
 * JSON line when the server answers, and leaves the server on SIGTERM
 * or when its input ends.
 */
async function main(dataDir: string): Promise<void> {
  const messages: string[] = [];
  const keep = (message: string): void => {
    messages.push(message);
  };
  const server = await startEmbeddedServer({
    dataDir,
    log: { info: keep, warn: keep, error: keep },
    supervise: true,
  });
  const leave = (): void => {
    process.stdin.destroy();
    void server.stop();
  };
  process.once('SIGTERM', leave);
  // The Jest that started this may be gone: then the input ends and nobody reads the output.
  process.stdin.once('end', leave).resume();
  process.stdout.once('error', leave);
  console.log(JSON.stringify({ socketPath: server.socketPath, messages }));
}

void main(process.argv[2]!);
