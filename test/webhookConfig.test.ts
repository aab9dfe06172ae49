import { tmpdir } from 'node:os';
import { loadConfig } from '../src/config';

test.each(['lowstock', 'created,', 'created updated', 'CREATED'])(
  'WEBHOOK_TARGET_EVENT_TYPES %s is refused with its name, value and bound',
  (text) => {
    expect(() => loadConfig({ WEBHOOK_TARGET_EVENT_TYPES: text }, tmpdir())).toThrow(
      `WEBHOOK_TARGET_EVENT_TYPES is "${text}": must be comma-separated, of ` +
        'stock_status_updated, low_stock, updated_with_reason, created, updated, deleted',
    );
  },
);
