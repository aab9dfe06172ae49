#!lua
-- Puts items back as the ledger says they are, and both indexes with them. Leaves alone what
-- changed since the caller read it.
--
-- KEYS[1] levels         hash  item id (16 bytes) -> packed level; "head" -> packed head
-- KEYS[2] documents      hash  item id -> JSON document
-- KEYS[3] statusIndex    zset  status letter .. item id, score 0
-- KEYS[4] lowStockIndex  zset  item id, score 0
--
-- ARGV[1..] five per row, up to 500 rows:
--   item id, 16 bytes; or "head", alone, for the head
--   level or head the caller read ("" = none), and the one to store ("" = none)
--   document the caller read ("" = none), and the one to store ("" = none)
--
-- Replies:
--   {"OK", ids}  16 bytes per item that changed meanwhile and was left alone ("head" for the head)
--
-- @include formats levelFlags availabilityStatus append lowStockAt

local fields, count = {}, #ARGV / 5
for i = 1, count do fields[i] = ARGV[5 * i - 4] end
fields[count + 1] = "head"
local levels = redis.call("HMGET", KEYS[1], unpack(fields))
local documents = redis.call("HMGET", KEYS[2], unpack(fields))
local default, head = -1, levels[count + 1]
if head and #head == 20 then default = select(4, struct.unpack(HEAD, head)) end

local changed, noLevels, someLevels, noDocuments, someDocuments = {}, nil, nil, nil, nil
local leave, enter, leaveLow, enterLow
for i = 1, count do
  local id, place = fields[i], 5 * i
  local level, document = ARGV[place - 2], ARGV[place]
  if (levels[i] or "") ~= ARGV[place - 3] or (documents[i] or "") ~= ARGV[place - 1] then
    changed[#changed + 1] = id
  else
    if level == "" then noLevels = append(noLevels, id)
    else someLevels = append(append(someLevels, id), level) end
    if document == "" then noDocuments = append(noDocuments, id)
    else someDocuments = append(append(someDocuments, id), document) end
    if id ~= "head" then
      leave = append(append(append(leave, "I" .. id), "O" .. id), "P" .. id)
      leaveLow = append(leaveLow, id)
    end
    if #level == 48 then
      local flags, _, _, quantity, reserved, limit, counter, threshold =
        struct.unpack(LEVEL, level)
      local tracked, free = flags % 2 == TRACKED, quantity - reserved
      enter = append(append(enter, 0),
        availabilityStatus(tracked, flags, free, limit, counter) .. id)
      local lowAt = lowStockAt(flags, threshold, default)
      if lowAt and free <= lowAt then enterLow = append(append(enterLow, 0), id) end
    end
  end
end

-- Writes.
if noLevels then redis.call("HDEL", KEYS[1], unpack(noLevels)) end
if someLevels then redis.call("HSET", KEYS[1], unpack(someLevels)) end
if noDocuments then redis.call("HDEL", KEYS[2], unpack(noDocuments)) end
if someDocuments then redis.call("HSET", KEYS[2], unpack(someDocuments)) end
if leave then redis.call("ZREM", KEYS[3], unpack(leave)) end
if enter then redis.call("ZADD", KEYS[3], unpack(enter)) end
if leaveLow then redis.call("ZREM", KEYS[4], unpack(leaveLow)) end
if enterLow then redis.call("ZADD", KEYS[4], unpack(enterLow)) end
return { "OK", table.concat(changed) }
