const KEY_BYTES = 16;
const FIRST_CAPACITY = 1024;

/**
 * The item keys that were met so far, 32 to 64 bytes each: a hash table in one buffer, for going
 * over a million items with little memory. Keys are hashes themselves, so their own bytes say where
 * they belong; the all-zero key, which no item has, marks a free place.
 */
export class SeenKeys {
  private places = Buffer.alloc(FIRST_CAPACITY * KEY_BYTES);
  private count = 0;

  /** Adds a key of 16 bytes. Returns whether it is new. */
  add(key: Buffer): boolean {
    const at = this.placeOf(key);
    if (key.compare(this.places, at, at + KEY_BYTES) === 0) return false;
    key.copy(this.places, at);
    this.count += 1;
    if (2 * this.count * KEY_BYTES > this.places.length) this.grow();
    return true;
  }

  /** The place that holds the key, or the free one where it belongs. */
  private placeOf(key: Buffer): number {
    const capacity = this.places.length / KEY_BYTES;
    for (let place = key.readUInt32LE(0) % capacity; ; place = (place + 1) % capacity) {
      const at = place * KEY_BYTES;
      if (this.isFree(at) || key.compare(this.places, at, at + KEY_BYTES) === 0) return at;
    }
  }

  private isFree(at: number): boolean {
    return this.places.compare(FREE, 0, KEY_BYTES, at, at + KEY_BYTES) === 0;
  }

  private grow(): void {
    const old = this.places;
    this.places = Buffer.alloc(2 * old.length);
    this.count = 0;
    for (let at = 0; at < old.length; at += KEY_BYTES) {
      const key = old.subarray(at, at + KEY_BYTES);
      if (!key.equals(FREE)) this.add(key);
    }
  }
}

const FREE = Buffer.alloc(KEY_BYTES);
