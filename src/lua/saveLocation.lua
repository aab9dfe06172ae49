#!lua
-- Creates or updates one location.
--
-- KEYS[1] locations  hash  location id -> JSON
--
-- ARGV[1] location id
-- ARGV[2] JSON the caller read ("" = it found none)
-- ARGV[3] JSON to store, without updated date, and without created date when it is new
--
-- Replies, in order of precedence:
--   {"LOCATION_CHANGED"}  what is stored is not what the caller read
--   {"OK", JSON stored}

local before = redis.call("HGET", KEYS[1], ARGV[1]) or ""
if before ~= ARGV[2] then return { "LOCATION_CHANGED" } end

local clock = redis.call("TIME")
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local dates = string.format(before == "" and '"createdDate":%d,' or "", now)
local stored = string.format('{"updatedDate":%d,%s', now, dates) .. ARGV[3]:sub(2)
redis.call("HSET", KEYS[1], ARGV[1], stored)
return { "OK", stored }
