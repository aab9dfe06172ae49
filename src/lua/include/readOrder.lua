-- Opens a packed order record (docs/reference/keys.md): the byte length of its movements (I2), the
-- movements (37 bytes each, oldest first), the items (34 bytes each).
-- Returns the packed movements, a list of the items (id and packed units by turns), and a map of
-- item id -> place in that list.
local ORDER_UNITS = "<I6I6I6"
local function readOrder(packed)
  local items, places, last = {}, {}, 0
  local bytes = struct.unpack("<I2", packed)
  for position = 3 + bytes, #packed, 34 do
    local id = packed:sub(position, position + 15)
    items[last + 1], items[last + 2] = id, packed:sub(position + 16, position + 33)
    places[id], last = last + 1, last + 2
  end
  return packed:sub(3, 2 + bytes), items, places
end
