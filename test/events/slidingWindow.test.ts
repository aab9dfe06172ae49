import { SlidingWindow } from '../../src/events/slidingWindow';

interface Event {
  id: string;
  itemId: string;
}

function windowOf(...items: string[]): SlidingWindow<Event, string> {
  const window = new SlidingWindow<Event, string>();
  items.forEach((itemId, i) => {
    window.add(`1-${i + 1}`, { id: `e${i + 1}`, itemId });
  });
  return window;
}

function beginAll(window: SlidingWindow<Event, string>) {
  const begun = [];
  for (let place = window.begin(); place; place = window.begin()) begun.push(place);
  return begun;
}

test('events of one item begin one after another, those of others at once', () => {
  const window = windowOf('cup', 'cup', 'mug', 'cup');
  const [first, mug, ...more] = beginAll(window);
  expect([first!.event.id, mug!.event.id, more]).toEqual(['e1', 'e3', []]);
  window.end(mug!, 'ok');
  expect(beginAll(window)).toEqual([]);
  window.end(first!, 'ok');
  const [second, ...none] = beginAll(window);
  expect([second!.event.id, none]).toEqual(['e2', []]);
  expect(window.running).toBe(1);
});

test('the cursor may move past the oldest that are done, and no further', () => {
  const window = windowOf('cup', 'mug', 'hat');
  const [cup, mug, hat] = beginAll(window);
  window.end(hat!, 'ok');
  expect([window.mayMove, window.takeDone()]).toEqual([false, undefined]);
  window.end(cup!, 'failed');
  expect(window.takeDone()).toEqual({
    cursor: '1-1',
    done: [{ event: { id: 'e1', itemId: 'cup' }, result: 'failed' }],
  });
  expect(window.doneAhead().map(({ event }) => event.id)).toEqual(['e3']);
  window.end(mug!, 'ok');
  expect(window.takeDone()).toMatchObject({ cursor: '1-3', done: [{}, {}] });
  expect([window.size, window.isIdle]).toEqual([0, true]);
});

test('what nobody wants is covered with the event before it', () => {
  const window = windowOf('cup');
  window.pass('1-9');
  expect(window.mayMove).toBe(false);
  const [cup] = beginAll(window);
  window.end(cup!, 'ok');
  expect(window.takeDone()).toMatchObject({ cursor: '1-9' });
  window.pass('1-10');
  expect(window.takeDone()).toEqual({ cursor: '1-10', done: [] });
  expect(window.takeDone()).toBeUndefined();
});

test('an event that is done already is not begun, nor does it hold up its item', () => {
  const window = windowOf('cup');
  window.addDone('1-2', { id: 'e2', itemId: 'mug' }, 'before');
  window.add('1-3', { id: 'e3', itemId: 'mug' });
  expect(beginAll(window).map(({ event }) => event.id)).toEqual(['e1', 'e3']);
  expect(window.doneAhead().map(({ event }) => event.id)).toEqual(['e2']);
});
