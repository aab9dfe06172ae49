#!lua
-- Stores a tenant's settings and gives them the next revision, which every movement is checked
-- against: no movement is resolved with settings that were replaced.
--
-- KEYS[1] levels    hash    "head" -> packed head
-- KEYS[2] settings  string  JSON
--
-- ARGV[1] settings revision the caller read (0 = none stored)
-- ARGV[2] settings: JSON text that carries the next revision
-- ARGV[3] default low stock threshold in them, units (-1 = none)
--
-- Replies, in order of precedence:
--   {"SETTINGS_CHANGED"}      somebody else stored settings meanwhile
--   {"OK", settings revision}
--
-- @include formats readHead

local sequence, now, revision = readHead(redis.call("HGET", KEYS[1], "head"))
if revision ~= tonumber(ARGV[1]) then return { "SETTINGS_CHANGED" } end

redis.call("HSET", KEYS[1], "head", struct.pack(HEAD, sequence - 1, now, revision + 1, ARGV[3]))
redis.call("SET", KEYS[2], ARGV[2])
return { "OK", string.format("%d", revision + 1) }
