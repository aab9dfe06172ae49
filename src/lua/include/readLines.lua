-- Opens a movement's lines and sums those of one item, so that two lines that are each fine alone
-- can't oversell together. An item is strict when one of its lines is. Ignored lines stay apart.
-- Returns lists over the summed lines: item ids, units, reserved deltas, flags.
-- Flags: 1 strict; 2 ignored; 4 stock only: of tracked items, never from preorder capacity; 8 with
-- 4: the units are the quantity to set; 16 from preorder capacity only.
local LINE_STRICT, LINE_IGNORED, LINE_STOCK, LINE_ABSOLUTE, LINE_PREORDER = 1, 2, 4, 8, 16
local function readLines(packed)
  local ids, units, reserving, flags, places = {}, {}, {}, {}, {}
  local count, open = 0, struct.unpack
  for position = 1, #packed, 25 do
    local id, lineUnits, lineReserving, flag = open("<c16i4i4B", packed, position)
    local place = flag ~= LINE_IGNORED and places[id]
    if place then
      units[place] = units[place] + lineUnits
      reserving[place] = reserving[place] + lineReserving
      if flag % 2 == LINE_STRICT then flags[place] = flag end
    else
      count = count + 1
      ids[count], units[count], reserving[count], flags[count] = id, lineUnits, lineReserving, flag
      if flag ~= LINE_IGNORED then places[id] = count end
    end
  end
  return ids, units, reserving, flags
end
