#!lua
-- Takes the oldest entries out of a ledger. What they add up to stands in its checkpoint from then
-- on.
--
-- KEYS[1] checkpoint  hash    item id (16 bytes) -> packed level and JSON document;
--                             "head" -> packed head
-- KEYS[2] ledger      stream  loses its oldest entries
--
-- ARGV[1] the checkpoint's head when the caller read it ("" = there was none)
-- ARGV[2] its head from now on: entry id it holds up to, and sum of its rows' digests
-- ARGV[3] lowest stream id to keep
-- ARGV[4..] two per row, up to 1,000 rows:
--   item id, 16 bytes
--   its level as of that entry, 48 bytes, and its JSON document ("" = there is no such item)
--
-- Replies, in order of precedence:
--   {"CHECKPOINT_CHANGED"}  somebody else has moved the checkpoint on
--   {"OK", entries}         how many entries went
--
-- @include append

if (redis.call("HGET", KEYS[1], "head") or "") ~= ARGV[1] then return { "CHECKPOINT_CHANGED" } end

local stored, gone = { "head", ARGV[2] }, nil
for i = 4, #ARGV, 2 do
  if ARGV[i + 1] == "" then
    gone = append(gone, ARGV[i])
  else
    stored[#stored + 1], stored[#stored + 2] = ARGV[i], ARGV[i + 1]
  end
end

-- Writes.
redis.call("HSET", KEYS[1], unpack(stored))
if gone then redis.call("HDEL", KEYS[1], unpack(gone)) end
local trimmed = redis.call("XTRIM", KEYS[2], "MINID", ARGV[3])
return { "OK", string.format("%d", trimmed) }
