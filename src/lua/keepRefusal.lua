#!lua
-- Keeps what a call was refused for, unless it is the same call as one of the last refused ones.
--
-- KEYS[1] refusals  stream  one entry per refused call, id given by Redis
--
-- ARGV[1] digest of the call: equal for the same call again
-- ARGV[2] the refusal: JSON text
-- ARGV[3] how long the same call counts as a repeat, ms
-- ARGV[4] about how many refusals are kept
--
-- Replies, in order of precedence:
--   {"REPLAYED", id}  it was kept before
--   {"OK", id}

local clock = redis.call("TIME")
local since = clock[1] * 1000 + math.floor(clock[2] / 1000) - ARGV[3]
local recent =
  redis.call("XREVRANGE", KEYS[1], "+", string.format("%d", since), "COUNT", 100)
for _, entry in ipairs(recent) do
  if entry[2][2] == ARGV[1] then return { "REPLAYED", entry[1] } end
end

local id = redis.call(
  "XADD", KEYS[1], "MAXLEN", "~", ARGV[4], "*", "digest", ARGV[1], "refusal", ARGV[2]
)
return { "OK", id }
