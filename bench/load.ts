import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { percentile } from './medians';

/** What callers met. */
export interface LoadResult {
  /** Answered calls per second. */
  rate: number;
  /** Milliseconds. */
  p50: number;
  p99: number;
}

/** Share of the time that is not counted: a server that had nothing to do starts slowly. */
const LEAD_IN = 0.25;

/**
 * Sends calls from a number of callers, each on a kept-alive connection and with one call at a
 * time, until the time is over or the calls are. Plain sockets and requests written beforehand
 * leave the cores to the server.
 *
 * @throws Error for an answer that is not 200
 */
export async function runLoad(
  port: number,
  calls: readonly Buffer[],
  { callers, seconds }: { callers: number; seconds: number },
): Promise<LoadResult> {
  const sockets = await Promise.all(
    Array.from({ length: callers }, async () => {
      const socket = connect({ port, host: '127.0.0.1', noDelay: true });
      await once(socket, 'connect');
      return socket;
    }),
  );
  const latencies: number[] = [];
  let next = 0;
  const started = performance.now();
  const counted = started + seconds * 1000 * LEAD_IN;
  const until = started + seconds * 1000;
  let ended = started;
  try {
    await Promise.all(
      sockets.map(async (socket) => {
        while (next < calls.length && performance.now() < until) {
          const sent = performance.now();
          await exchange(socket, calls[next++]!);
          ended = performance.now();
          if (ended > counted) latencies.push(ended - sent);
        }
      }),
    );
  } finally {
    for (const socket of sockets) socket.destroy();
  }
  const elapsed = (ended - counted) / 1000;
  return {
    rate: latencies.length / elapsed,
    p50: percentile(latencies, 0.5),
    p99: percentile(latencies, 0.99),
  };
}

const HEAD_END = '\r\n\r\n';

/** Writes a request and waits for all of its answer. */
export function exchange(socket: Socket, request: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    let answer = '';
    const settle = (error?: Error) => {
      socket.off('data', onData).off('close', onClose).off('error', settle);
      if (error) reject(error);
      else resolve();
    };
    const onClose = () => {
      settle(new Error('the server closed the connection'));
    };
    const onData = (chunk: Buffer) => {
      answer += chunk.toString('latin1');
      const headEnd = answer.indexOf(HEAD_END);
      if (headEnd < 0) return;
      const length = Number(/\r\ncontent-length: *(\d+)/i.exec(answer)?.[1] ?? 0);
      if (answer.length < headEnd + HEAD_END.length + length) return;
      const failed = !answer.startsWith('HTTP/1.1 200 ');
      settle(failed ? new Error(`a measured call was answered ${answer}`) : undefined);
    };
    socket.on('data', onData).on('close', onClose).on('error', settle);
    socket.write(request);
  });
}
