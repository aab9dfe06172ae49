-- Opens the packed head and takes the time of the movement. Time never goes back, even when the
-- clock does: ledger ids must rise.
-- Without a head a tenant is new, or has lost its numbers: then its ledger is there, and what would
-- be written could neither be told in order nor be rebuilt. That is raised as STORELOST.
-- Returns the next sequence, the time (Redis time, ms), the settings revision and the default low
-- stock threshold (-1: none).
local function readHead(packed, ledger)
  local sequence, last, settingsRevision, lowStockThreshold = 0, 0, 0, -1
  if packed then
    sequence, last, settingsRevision, lowStockThreshold = struct.unpack(HEAD, packed)
  elseif redis.call("EXISTS", ledger) == 1 then
    error({ err = "STORELOST The tenant has a ledger and no head: rebuild it." })
  end
  local clock = redis.call("TIME")
  local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
  return sequence + 1, math.max(now, last), settingsRevision, lowStockThreshold
end
