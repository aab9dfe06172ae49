import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** A lock without an owner's name is being made, or its maker died right then. Milliseconds. */
const UNNAMED_PATIENCE_MS = 5000;

/**
 * Runs `work` while no other process prepares the same repository. The lock of a process that
 * died is removed.
 * @template T
 * @param {string} root the repository
 * @param {() => void} onWait called once when another process holds the lock
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withPrepareLock(root, onWait, work) {
  // Not inside the repository: npm empties node_modules, and nothing else there is ignored by git.
  const hash = createHash('sha256').update(root).digest('hex').slice(0, 16);
  const lock = join(tmpdir(), `inventory-hub-prepare-${userInfo().uid}-${hash}`);
  for (let isWaiting = false; !tryLock(lock); isWaiting = true) {
    if (removeDeadLock(lock)) {
      continue;
    }
    if (!isWaiting) {
      onWait();
    }
    await sleep(100);
  }
  const release = () => rmSync(lock, { recursive: true, force: true });
  process.once('exit', release);
  try {
    return await work();
  } finally {
    process.off('exit', release);
    release();
  }
}

function tryLock(lock) {
  try {
    mkdirSync(lock);
  } catch (error) {
    if (error.code === 'EEXIST') {
      return false;
    }
    throw error;
  }
  writeFileSync(join(lock, 'owner'), String(process.pid));
  return true;
}

function removeDeadLock(lock) {
  try {
    if (!isDead(lock)) {
      return false;
    }
    // Of several processes that see the same dead lock one can rename it.
    const grave = `${lock}-dead-${process.pid}`;
    renameSync(lock, grave);
    rmSync(grave, { recursive: true, force: true });
  } catch {
    // Its owner or another process was quicker.
  }
  return true;
}

function isDead(lock) {
  let owner;
  try {
    owner = Number(readFileSync(join(lock, 'owner'), 'utf8'));
  } catch {
    return Date.now() - statSync(lock).mtimeMs > UNNAMED_PATIENCE_MS;
  }
  try {
    process.kill(owner, 0);
    return false;
  } catch (error) {
    return error.code === 'ESRCH';
  }
}
