#!lua
-- Keeps what a call was refused for, unless the same call was refused a short while ago.
--
-- KEYS[1] refusals  stream  one entry per refused call, id given by Redis
-- KEYS[2] refused   string  id of the entry of a call: while it is there, the same call is a repeat
--
-- ARGV[1] the refusal: JSON text
-- ARGV[2] how long the same call counts as a repeat, ms
-- ARGV[3] about how many refusals are kept
--
-- Replies, in order of precedence:
--   {"REPLAYED", id}  it was kept before
--   {"OK", id}

local known = redis.call("GET", KEYS[2])
if known then return { "REPLAYED", known } end

-- Writes.
local id = redis.call("XADD", KEYS[1], "MAXLEN", "~", ARGV[3], "*", "refusal", ARGV[1])
redis.call("SET", KEYS[2], id, "PX", ARGV[2])
return { "OK", id }
