-- Writes the index changes of a movement: at most four calls whatever its lines.
local function moveIndexes(statusIndex, lowStockIndex, leave, enter, leaveLow, enterLow)
  if #leave > 0 then redis.call("ZREM", statusIndex, unpack(leave)) end
  if #enter > 0 then redis.call("ZADD", statusIndex, unpack(enter)) end
  if #leaveLow > 0 then redis.call("ZREM", lowStockIndex, unpack(leaveLow)) end
  if #enterLow > 0 then redis.call("ZADD", lowStockIndex, unpack(enterLow)) end
end
