/** How long work may hold the process in one round of its event loop, ms. */
const TURN_MS = 4;
/** Steps between two looks at the clock. */
export const ITEMS_PER_LOOK = 500;

/*
 * All long work of the process shares one turn in each round: many searches at once would else
 * hold it for as long as all of their turns take.
 */

/** When the turn of this round ends; undefined: none has begun. */
let endsAt: number | undefined;
/** Work that waits for a round of its own, in order. */
const waiting: (() => void)[] = [];
let roundEnds: NodeJS.Immediate | undefined;

/** The time that long work may take before it lets others have theirs. */
export class Turn {
  /** All steps counted so far. */
  steps = 0;
  private nextLook = ITEMS_PER_LOOK;

  /** @param stepsOfOne steps that each thing looked at counts for; 1 or more */
  constructor(private readonly stepsOfOne = 1) {}

  /** Counts things looked at; true when others should have their turn now. */
  isOver(things = 1): boolean {
    this.steps += things * this.stepsOfOne;
    if (this.steps < this.nextLook) return false;
    this.nextLook = this.steps + ITEMS_PER_LOOK;
    return isUsedUp();
  }

  /** Whether others have had all of this round's turn; for work that no thing is counted of. */
  isUsedUp(): boolean {
    return isUsedUp();
  }

  /** Lets others have their turn: what waits longest goes on in the next round. */
  pass(): Promise<void> {
    return new Promise((resolve) => {
      waiting.push(resolve);
      awaitRound();
    });
  }
}

function isUsedUp(): boolean {
  const now = performance.now();
  if (endsAt === undefined) {
    endsAt = now + TURN_MS;
    awaitRound();
  }
  return now > endsAt;
}

function awaitRound(): void {
  roundEnds ??= setImmediate(beginRound);
}

function beginRound(): void {
  roundEnds = undefined;
  endsAt = undefined;
  const next = waiting.shift();
  if (!next) return;
  isUsedUp();
  next();
}
