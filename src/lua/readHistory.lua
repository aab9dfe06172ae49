#!lua flags=no-writes
-- Walks items' ledger entries, from newer to older ones, and changes nothing.
--
-- KEYS[1] levels  hash    item id (16 bytes) -> packed level; "head" -> packed head
-- KEYS[2] ledger  stream  one entry per movement
--
-- ARGV[1] walks, 28 bytes each: item id c16, entry to begin at c12 (zeros = the item's last)
-- ARGV[2] most steps of a walk, ARGV[3] most steps of all walks together
-- ARGV[4] time, ms, and ARGV[5] sequence: a walk ends with the first entry whose id is not above
--         them (zeros = it goes on to the item's first)
--
-- Replies:
--   {"OK", head, now, walks}  the packed head ("" = there is none), Redis time (ms), and five
--                             values per walk: the stored level ("" = no item); why it ended;
--                             the entry that comes next (12 bytes, zeros = none); its number of
--                             steps; and a list with four values per step: entry id, movement,
--                             ledger line, the numbers before (30 bytes, "" = not said). It ended
--                             as "first" (nothing is older), "reached" (the time), "gone" (the
--                             next entry is no longer kept), "more" (it has taken its steps) or
--                             "unreadable" (the next entry is damaged)
--
-- @include formats levelFlags ledgerNotes itemLine

local open = struct.unpack
local perWalk, left = ARGV[2] + 0, ARGV[3] + 0
local lowTime, lowSequence = ARGV[4] + 0, ARGV[5] + 0

local ids = {}
for position = 1, #ARGV[1], 28 do
  ids[#ids + 1] = ARGV[1]:sub(position, position + 15)
end
local count = #ids
ids[count + 1] = "head"
local levels = redis.call("HMGET", KEYS[1], unpack(ids))
local clock = redis.call("TIME")
local now = string.format("%d", clock[1] * 1000 + math.floor(clock[2] / 1000))

local walks = {}
for i = 1, count do
  local level, steps, taken, ended = levels[i], {}, 0, nil
  local _, next = open("<c16c12", ARGV[1], 28 * i - 27)
  local given = next ~= NO_ENTRY
  if not given and level then next = level:sub(31, 42) end
  while not ended do
    local time, sequence = open(ENTRY_ID, next)
    local id = string.format("%d-%d", time, sequence)
    if next == NO_ENTRY then
      ended = "first"
    elseif taken == perWalk or left == 0 then
      ended = "more"
    else
      local entry = redis.call("XRANGE", KEYS[2], id, id)[1]
      local values = {}
      for place = 1, entry and #entry[2] or 0, 2 do
        values[entry[2][place]] = entry[2][place + 1]
      end
      local lines, line, index = values.lines, nil, nil
      local whole = values.movement and lines and #lines % LINE_BYTES == 0
      if whole then line, index = itemLine(lines, ids[i]) end
      if not line then
        -- Where a walk begins the caller may be wrong; what the trail names has the item.
        local damaged = entry and not (whole and given and taken == 0)
        ended = damaged and "unreadable" or "gone"
      else
        local before = values.levelsBefore
        steps[4 * taken + 1], steps[4 * taken + 2] = id, values.movement
        steps[4 * taken + 3], steps[4 * taken + 4] =
          line, before and before:sub(30 * index + 1, 30 * index + 30) or ""
        taken, left = taken + 1, left - 1
        next = line:sub(47, 58)
        if time < lowTime or time == lowTime and sequence <= lowSequence then ended = "reached" end
      end
    end
  end
  local place = 5 * i - 4
  walks[place], walks[place + 1], walks[place + 2] = level or "", ended, next
  walks[place + 3], walks[place + 4] = taken, steps
end
return { "OK", levels[count + 1] or "", now, walks }
