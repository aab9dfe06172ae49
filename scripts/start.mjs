import { prepare } from './prepare.mjs';

await prepare();

// `kill <npm>` reaches the shell npm runs us in, and that shell ends without telling us. Its end
// is the request to drain.
if (process.env.npm_lifecycle_event === 'start') {
  const shell = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid !== shell) {
      clearInterval(watch);
      process.kill(process.pid, 'SIGTERM');
    }
  }, 250);
  watch.unref();
}

await import('../dist/main.js');
