import { spawn } from 'node:child_process';

const EXIT_CODES = { SIGINT: 130, SIGTERM: 143 };

/** Programs that run now; a signal to this process goes to them first. */
const running = new Set();

/** @param {'SIGINT' | 'SIGTERM'} signal */
function forwardSignal(signal) {
  for (const child of running) {
    child.kill(signal);
    child.once('close', () => process.exit(EXIT_CODES[signal]));
  }
}

/**
 * Runs a program in the repository and resolves with its exit code and (unless it is shown) its
 * output. A program that can't be started has code 127.
 * @param {string[]} words program and arguments
 * @param {{ cwd: string, shown?: boolean, environment?: NodeJS.ProcessEnv }} options
 * @returns {Promise<{ code: number, output: string }>}
 */
export function runProgram([program, ...words], { cwd, shown = false, environment }) {
  return new Promise((resolve) => {
    const stdio = shown ? 'inherit' : ['ignore', 'pipe', 'pipe'];
    const child = spawn(program, words, { cwd, stdio, env: environment });
    if (running.size === 0) {
      process.on('SIGINT', forwardSignal).on('SIGTERM', forwardSignal);
    }
    running.add(child);
    let output = '';
    const keep = (chunk) => (output += chunk);
    child.stdout?.on('data', keep);
    child.stderr?.on('data', keep);
    const settle = (code, text) => {
      running.delete(child);
      if (running.size === 0) {
        process.off('SIGINT', forwardSignal).off('SIGTERM', forwardSignal);
      }
      resolve({ code, output: text });
    };
    child.once('error', (error) => settle(127, error.message));
    child.once('close', (code) => settle(code ?? 1, output));
  });
}
