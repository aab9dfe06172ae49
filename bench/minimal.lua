#!lua
-- The least a script can do that moves the same bytes as postMovement: one HMGET, one HSET, one
-- XADD, one SET. It opens and packs a level per line, refuses when one is short, and writes the
-- same ledger lines. It sums no lines, knows no repeats, orders, preorders, statuses, settings,
-- sequence or clock, and checks no bounds.
--
-- KEYS[1] levels, KEYS[2] ledger, KEYS[3] order: as in postMovement
-- ARGV[1] lines, 25 bytes each; ARGV[2] movement: JSON text, ARGV[3] time (ms)
local pack, open = struct.pack, struct.unpack
local ids, units, count = {}, {}, 0
for position = 1, #ARGV[1], 25 do
  count = count + 1
  ids[count], units[count] = open("<c16i4", ARGV[1], position)
end
local levels, writes, lines = redis.call("HMGET", KEYS[1], unpack(ids)), {}, {}
for i = 1, count do
  local id, wanted = ids[i], units[i]
  if not levels[i] then return { "UNKNOWN_ITEM", id } end
  local flags, revision, _, quantity, reserved, limit, counter, threshold, previous, trail =
    open("<BI5I6i4i4I3i4I3c12c6", levels[i])
  if quantity - reserved + wanted < 0 then return { "INSUFFICIENT_AVAILABLE", id } end
  local level = pack(
    "<BI5I6i4i4I3i4I3",
    flags, revision + 1, ARGV[3], quantity + wanted, reserved, limit, counter, threshold
  )
  writes[2 * i - 1], writes[2 * i] = id, level .. previous .. trail
  lines[i] = pack("<c16c30c12i4i4i4I2", id, level, previous, wanted, wanted, 0, 3)
end
local packed = table.concat(lines)
redis.call("HSET", KEYS[1], unpack(writes))
local id = redis.call("XADD", KEYS[2], "*", "movement", ARGV[2], "lines", packed)
redis.call("SET", KEYS[3], ARGV[1])
return { "OK", id, packed }
