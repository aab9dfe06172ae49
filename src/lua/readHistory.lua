#!lua flags=no-writes
-- Walks items' ledger entries, from newer to older ones, and changes nothing.
--
-- KEYS[1] levels  hash    item id (16 bytes) -> packed level; "head" -> packed head
-- KEYS[2] ledger  stream  one entry per movement
--
-- ARGV[1] walks, 44 bytes each: item id c16, entry to begin at c12 (zeros = the item's last), most
--         steps I4, time (ms) I6 and sequence I6: it ends with the first entry whose id is not
--         above them (zeros = it goes on to the item's first)
-- ARGV[2] most steps of all walks together, ARGV[3] most bytes of entries: none is read after them
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
local left, room = ARGV[2] + 0, ARGV[3] + 0

local ids = {}
for position = 1, #ARGV[1], 44 do
  ids[#ids + 1] = ARGV[1]:sub(position, position + 15)
end
local count = #ids
ids[count + 1] = "head"
local levels = redis.call("HMGET", KEYS[1], unpack(ids))
local clock = redis.call("TIME")
local now = string.format("%d", clock[1] * 1000 + math.floor(clock[2] / 1000))

-- An entry that several items have is read once. A damaged one has no `lines`; false: it is gone.
local read = {}
local function readEntry(packed, id)
  local found = redis.call("XRANGE", KEYS[2], id, id)[1]
  local entry = found and {}
  for place = 1, found and #found[2] or 0, 2 do
    local value = found[2][place + 1]
    entry[found[2][place]], room = value, room - #value
  end
  if entry and not (entry.movement and entry.lines and #entry.lines % LINE_BYTES == 0) then
    entry.lines = nil
  end
  read[packed] = entry or false
end

local function step(walk)
  local next = walk.next
  local time, sequence = open(ENTRY_ID, next)
  if next == NO_ENTRY then
    walk.ended = "first"
  elseif walk.taken == walk.most or left <= 0 or room <= 0 then
    walk.ended = "more"
  else
    local id = string.format("%d-%d", time, sequence)
    if read[next] == nil then readEntry(next, id) end
    local entry, line, index = read[next], nil, nil
    if entry and entry.lines then line, index = itemLine(entry.lines, walk.item) end
    if not line then
      -- Where a walk begins the caller may be wrong; what the trail names has the item.
      local damaged = entry and not (entry.lines and walk.given and walk.taken == 0)
      walk.ended = damaged and "unreadable" or "gone"
    else
      local before, place = entry.levelsBefore, 4 * walk.taken
      walk.steps[place + 1], walk.steps[place + 2] = id, entry.movement
      walk.steps[place + 3], walk.steps[place + 4] =
        line, before and before:sub(30 * index + 1, 30 * index + 30) or ""
      walk.taken, left = walk.taken + 1, left - 1
      -- Lines are looked through, which takes its time too.
      room = room - #entry.lines / 64
      walk.next = line:sub(47, 58)
      if time < walk.time or time == walk.time and sequence <= walk.sequence then
        walk.ended = "reached"
      end
    end
  end
end

local walks, going = {}, {}
for i = 1, count do
  local item, next, most, time, sequence = open("<c16c12I4I6I6", ARGV[1], 44 * i - 43)
  local given = next ~= NO_ENTRY
  if not given and levels[i] then next = levels[i]:sub(31, 42) end
  walks[i] = { item = item, next = next, given = given, most = most, time = time, taken = 0 }
  walks[i].sequence, walks[i].steps, going[i] = sequence, {}, walks[i]
end
-- Step by step together: items that moved together have their entries at the same step.
while #going > 0 do
  local still = {}
  for _, walk in ipairs(going) do
    step(walk)
    if not walk.ended then still[#still + 1] = walk end
  end
  going = still
end

local replies = {}
for i, walk in ipairs(walks) do
  local place = 5 * i - 4
  replies[place], replies[place + 1], replies[place + 2] = levels[i] or "", walk.ended, walk.next
  replies[place + 3], replies[place + 4] = walk.taken, walk.steps
end
return { "OK", levels[count + 1] or "", now, replies }
