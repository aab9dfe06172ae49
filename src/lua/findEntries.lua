#!lua flags=no-writes
-- Finds ledger entries by their sequences, each in a stretch of time, and changes nothing.
--
-- KEYS[1] ledger  stream  one entry per movement, id "<ms>-<sequence>"
--
-- ARGV[1] searches, 18 bytes each: sequence wanted I6, and the time, ms, it is not before I6 and
--         not after I6
--
-- Replies:
--   {"OK", ids}  12 bytes per search: the entry's id (zeros = there is none in that time)
--
-- @include formats

local pack, open = struct.pack, struct.unpack

local found = {}
for position = 1, #ARGV[1], 18 do
  local wanted, low, high = open("<I6I6I6", ARGV[1], position)
  local id = NO_ENTRY
  -- Sequences rise with the time: the stretch is halved until the entry is met.
  while low <= high do
    local middle = math.floor((low + high) / 2)
    local entry =
      redis.call("XRANGE", KEYS[1], string.format("%d-0", middle), "+", "COUNT", 1)[1]
    local time, sequence = 0, wanted + 1
    if entry then
      time, sequence = entry[1]:match("^(%d+)-(%d+)$")
      time, sequence = time + 0, sequence + 0
    end
    if sequence > wanted then
      high = middle - 1
    else
      -- It may be a later one of the same millisecond.
      local name = string.format("%d-%d", time, wanted)
      if sequence == wanted or redis.call("XRANGE", KEYS[1], name, name)[1] then
        id = pack(ENTRY_ID, time, wanted)
        break
      end
      low = time + 1
    end
  end
  found[#found + 1] = id
end
return { "OK", table.concat(found) }
