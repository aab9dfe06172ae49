/** What the window needs to know of an event. */
interface Ordered {
  id: string;
  itemId: string;
}

/** An event between the cursor and the newest one that was read. */
export interface Place<Event, Result> {
  /** The place after the event, and after what follows it and nobody wants. */
  cursor: string;
  event: Event;
  /** Undefined: not done. */
  result: Result | undefined;
}

/** Events that are done, and the cursor that covers them. */
export interface DonePrefix<Event, Result> {
  cursor: string;
  done: { event: Event; result: Result }[];
}

/**
 * The events of a receiver that the cursor does not cover yet, in order. Events of one item are
 * begun one after another, those of different items in any number at once; the cursor may move past
 * the oldest of them that are done.
 */
export class SlidingWindow<Event extends Ordered, Result> {
  private readonly places: Place<Event, Result>[] = [];
  /** By item, oldest first: events that are not done. */
  private readonly unfinished = new Map<string, Place<Event, Result>[]>();
  /** The first event of each item that none of is running. */
  private readonly ready: Place<Event, Result>[] = [];
  /** A cursor that may be kept at once: nothing before it is open. */
  private passed: string | undefined;
  /** Events that run. */
  running = 0;

  /** Events that the cursor does not cover. */
  get size(): number {
    return this.places.length;
  }

  /** Whether no event runs, and none could begin. */
  get isIdle(): boolean {
    return this.running === 0 && this.ready.length === 0;
  }

  /** Whether the cursor may move. */
  get mayMove(): boolean {
    const [first] = this.places;
    return first ? first.result !== undefined : this.passed !== undefined;
  }

  /** Takes in the next event. */
  add(cursor: string, event: Event): void {
    const place: Place<Event, Result> = { cursor, event, result: undefined };
    this.places.push(place);
    const own = this.unfinished.get(event.itemId);
    if (own) {
      own.push(place);
      return;
    }
    this.unfinished.set(event.itemId, [place]);
    this.ready.push(place);
  }

  /** Takes in an event that is done already. */
  addDone(cursor: string, event: Event, result: Result): void {
    this.places.push({ cursor, event, result });
  }

  /** Takes in a step that needs nothing done. */
  pass(cursor: string): void {
    const last = this.places.at(-1);
    if (last) last.cursor = cursor;
    else this.passed = cursor;
  }

  /** Begins the next event; undefined: none may begin now. */
  begin(): Place<Event, Result> | undefined {
    const place = this.ready.shift();
    if (place) this.running += 1;
    return place;
  }

  /** Gives an event up that was begun: it is not done, and what follows it of its item waits. */
  giveUp(): void {
    this.running -= 1;
  }

  /** Ends an event that was begun. */
  end(place: Place<Event, Result>, result: Result): void {
    this.running -= 1;
    place.result = result;
    const own = this.unfinished.get(place.event.itemId)!;
    own.shift();
    if (own.length > 0) this.ready.push(own[0]!);
    else this.unfinished.delete(place.event.itemId);
  }

  /** How many of the oldest events are done. */
  doneCount(): number {
    const open = this.places.findIndex(({ result }) => result === undefined);
    return open === -1 ? this.places.length : open;
  }

  /** Takes out what the cursor may move past; undefined: nothing. */
  takeDone(): DonePrefix<Event, Result> | undefined {
    const taken = this.places.splice(0, this.doneCount());
    const cursor = taken.at(-1)?.cursor ?? this.passed;
    this.passed = undefined;
    if (cursor === undefined) return undefined;
    return { cursor, done: taken.map(({ event, result }) => ({ event, result: result! })) };
  }

  /** What is done although something before it is not. */
  doneAhead(): { event: Event; result: Result }[] {
    return this.places.flatMap(({ event, result }) =>
      result === undefined ? [] : [{ event, result }],
    );
  }
}
