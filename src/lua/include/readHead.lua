-- Opens the packed head and takes the time of the movement. Time never goes back, even when the
-- clock does: ledger ids must rise.
-- Returns the next sequence, the time (Redis time, ms), the settings revision and the default low
-- stock threshold (-1: none).
local function readHead(packed)
  local sequence, last, settingsRevision, lowStockThreshold = 0, 0, 0, -1
  if packed then
    sequence, last, settingsRevision, lowStockThreshold = struct.unpack(HEAD, packed)
  end
  local clock = redis.call("TIME")
  local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
  return sequence + 1, math.max(now, last), settingsRevision, lowStockThreshold
end
