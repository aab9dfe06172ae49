#!lua
-- Lists some items as low on stock, or no longer, as the tenant's default threshold has it now.
-- Called for all items after the default changed. Meanwhile movements follow the new one already.
--
-- KEYS[1] levels           hash    item id (16 bytes) -> packed level; "head" -> packed head
-- KEYS[2] lowStockIndex    zset    item id, score 0
-- KEYS[3] reindexLowStock  string  revision of the settings since which the index is behind
--
-- ARGV[1] item ids, 16 bytes each, up to 1,000
-- ARGV[2] the value of reindexLowStock, when all items have been gone over ("" = they have not)
--
-- Replies:
--   {"OK"}
--
-- @include formats levelFlags append lowStockAt

local ids = {}
for position = 1, #ARGV[1], 16 do ids[#ids + 1] = ARGV[1]:sub(position, position + 15) end
local count = #ids
ids[count + 1] = "head"
local levels = redis.call("HMGET", KEYS[1], unpack(ids))
local default, head = -1, levels[count + 1]
if head and #head == 20 then default = select(4, struct.unpack(HEAD, head)) end

local leave, enter
for i = 1, count do
  if levels[i] and #levels[i] == 48 then
    local flags, _, _, quantity, reserved, _, _, threshold = struct.unpack(LEVEL, levels[i])
    local lowAt = lowStockAt(flags, threshold, default)
    if lowAt and quantity - reserved <= lowAt then
      enter = append(append(enter, 0), ids[i])
    else
      leave = append(leave, ids[i])
    end
  end
end
local done = ARGV[2] ~= "" and redis.call("GET", KEYS[3]) == ARGV[2]

-- Writes.
if leave then redis.call("ZREM", KEYS[2], unpack(leave)) end
if enter then redis.call("ZADD", KEYS[2], unpack(enter)) end
if done then redis.call("DEL", KEYS[3]) end
return { "OK" }
