-- Writes the index changes of a movement: at most four calls whatever its lines.
local function moveIndexes(statusIndex, lowStockIndex, leave, enter, leaveLow, enterLow)
  if leave then redis.call("ZREM", statusIndex, unpack(leave)) end
  if enter then redis.call("ZADD", statusIndex, unpack(enter)) end
  if leaveLow then redis.call("ZREM", lowStockIndex, unpack(leaveLow)) end
  if enterLow then redis.call("ZADD", lowStockIndex, unpack(enterLow)) end
end
